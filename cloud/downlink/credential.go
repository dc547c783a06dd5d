package downlink

import (
	"fmt"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// CredentialLife is how long a node's credential is good for; the node fetches another one at half of it. A node whose credential has
// expired goes on cooking.
const CredentialLife = 90 * 24 * time.Hour

// Credential is how one node speaks to the hub: a JWT that names the node's own public key.
type Credential struct {
	JWT     string    `json:"jwt"`
	Expires time.Time `json:"expires"`
}

// nodePermissions are SYNC.md's: a node publishes its own batches, telemetry and requests, and reads what is sent down to it and the
// answers to its own requests. Nothing else, and nothing of the hub's.
func nodePermissions() jwt.Permissions {
	return jwt.Permissions{
		Pub: jwt.Permission{Allow: jwt.StringList{
			"ap.v1.up.{{tag(pp)}}.{{name()}}", "ap.v1.tm.{{tag(pp)}}.{{name()}}", "ap.v1.rq.{{name()}}.>",
		}},
		Sub: jwt.Permission{Allow: jwt.StringList{"ap.v1.dn.{{name()}}.>", "_INBOX.{{name()}}.>"}},
	}
}

// CheckDevice reports Invalid "bad_key" for what is not a node's public NKey.
func CheckDevice(device string) error {
	if !nkeys.IsValidPublicUserKey(device) {
		return problem.New(problem.Invalid, "bad_key", "this is not a node's public key: it has 56 characters and begins with U")
	}
	return nil
}

// Authentic reports whether the node whose public NKey is device has signed a message.
func Authentic(device string, message, sig []byte) bool {
	if CheckDevice(device) != nil {
		return false
	}
	key, err := nkeys.FromPublicKey(device)
	return err == nil && key.Verify(message, sig) == nil
}

// Issue makes the credential of a restaurant's node, whose public NKey is device. It reports Invalid "bad_key".
func (k *Keys) Issue(restaurant, device string, now time.Time) (Credential, error) {
	if err := CheckDevice(device); err != nil {
		return Credential{}, err
	}
	if !link.ValidEdge(restaurant) {
		return Credential{}, fmt.Errorf("issue a credential: %q is not a restaurant", restaurant)
	}
	set := k.seeds()
	signer, _, err := pair(set.NodeSeed)
	if err != nil {
		return Credential{}, err
	}
	_, account, err := pair(set.AccountSeed)
	if err != nil {
		return Credential{}, err
	}
	u := jwt.NewUserClaims(device)
	u.Name, u.IssuerAccount, u.Expires = restaurant, account, now.Add(CredentialLife).Unix()
	u.Tags.Add(fmt.Sprintf("pp:%02d", link.Partition(restaurant)))
	u.SetScoped(true)
	token, err := u.Encode(signer)
	if err != nil {
		return Credential{}, fmt.Errorf("sign the credential of %s: %w", restaurant, err)
	}
	return Credential{JWT: token, Expires: time.Unix(u.Expires, 0).UTC()}, nil
}

// core makes a credential for this process: it may do anything within the account.
func (k *Keys) core() (token, seed string, err error) {
	return user("core", k.seeds().AccountSeed, jwt.Permissions{})
}

// warden makes a credential for this process with which it can tell the hub whom to refuse, and nothing else of the system's.
func (k *Keys) warden() (token, seed string, err error) {
	return user("warden", k.seeds().SystemSeed, jwt.Permissions{
		Pub: jwt.Permission{Allow: jwt.StringList{claimsUpdate, claimsLookup("*")}},
		Sub: jwt.Permission{Allow: jwt.StringList{"_INBOX.>"}},
	})
}

// user makes a key and a credential for it, which lives as long as this process.
func user(name, accountSeed string, may jwt.Permissions) (token, seed string, err error) {
	account, _, err := pair(accountSeed)
	if err != nil {
		return "", "", err
	}
	if seed, err = newSeed(nkeys.CreateUser); err != nil {
		return "", "", err
	}
	_, public, err := pair(seed)
	if err != nil {
		return "", "", err
	}
	u := jwt.NewUserClaims(public)
	u.Name, u.Permissions = name, may
	if token, err = u.Encode(account); err != nil {
		return "", "", fmt.Errorf("sign the credential of the %s: %w", name, err)
	}
	return token, seed, nil
}
