package downlink

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// CredentialLife is how long a node's credential is good for. A node whose credential has expired goes on cooking.
const CredentialLife = 90 * 24 * time.Hour

// Keys are the chain's: an operator that the hub trusts, one account in which all nodes and cores live, and a signing key that can only
// make nodes, because its scope carries their permissions. A leaked signer cannot widen them.
type Keys struct {
	OperatorSeed string `json:"operator_seed"`
	SystemSeed   string `json:"system_seed"`
	AccountSeed  string `json:"account_seed"`
	NodeSeed     string `json:"node_seed"` // scoped signing key of the account
}

// Credential is how one node speaks to the hub: a JWT that names the node's own public key.
type Credential struct {
	JWT     string    `json:"jwt"`
	Expires time.Time `json:"expires"`
}

// LoadKeys reads the chain's keys from dir, and makes them if there are none.
func LoadKeys(dir string) (*Keys, error) {
	path := filepath.Join(dir, "chain.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKeys(dir, path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the chain's keys: %w", err)
	}
	k := new(Keys)
	if err := json.Unmarshal(data, k); err != nil {
		return nil, fmt.Errorf("read the chain's keys in %s: %w", path, err)
	}
	return k, nil
}

// makeKeys writes a new set. Two cores that start at once on one directory end up with the same keys: the first file wins.
func makeKeys(dir, path string) (*Keys, error) {
	if err := errors.Join(os.MkdirAll(filepath.Dir(dir), 0o711), os.MkdirAll(dir, 0o700)); err != nil { // beside the keys, a database of another user
		return nil, fmt.Errorf("make a place for the chain's keys: %w", err)
	}
	k := new(Keys)
	for _, one := range []struct {
		seed *string
		make func() (nkeys.KeyPair, error)
	}{{&k.OperatorSeed, nkeys.CreateOperator}, {&k.SystemSeed, nkeys.CreateAccount}, {&k.AccountSeed, nkeys.CreateAccount}, {&k.NodeSeed, nkeys.CreateAccount}} {
		pair, err := one.make()
		if err != nil {
			return nil, fmt.Errorf("make a key: %w", err)
		}
		seed, err := pair.Seed()
		if err != nil {
			return nil, fmt.Errorf("make a key: %w", err)
		}
		*one.seed = string(seed)
	}
	data, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the chain's keys: %w", err)
	}
	tmp, err := os.CreateTemp(dir, ".chain-*")
	if err != nil {
		return nil, fmt.Errorf("write the chain's keys: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return nil, fmt.Errorf("write the chain's keys: %w", err)
	}
	if err := os.Link(tmp.Name(), path); errors.Is(err, fs.ErrExist) {
		return LoadKeys(dir)
	} else if err != nil {
		return nil, fmt.Errorf("write the chain's keys: %w", err)
	}
	return k, nil
}

// trust is what a hub must know: who the operator is and which accounts there are.
type trust struct {
	operator        *jwt.OperatorClaims
	operatorJWT     string
	system, account string // public keys
	accounts        map[string]string
}

func (k *Keys) trust() (*trust, error) {
	operator, operatorKey, err := pair(k.OperatorSeed)
	if err != nil {
		return nil, err
	}
	t := &trust{accounts: map[string]string{}}
	if _, t.system, err = pair(k.SystemSeed); err != nil {
		return nil, err
	}
	if _, t.account, err = pair(k.AccountSeed); err != nil {
		return nil, err
	}
	t.operator = jwt.NewOperatorClaims(operatorKey)
	t.operator.Name, t.operator.SystemAccount = "awesome-pizza", t.system
	if t.operatorJWT, err = t.operator.Encode(operator); err != nil {
		return nil, fmt.Errorf("sign the operator: %w", err)
	}
	system := jwt.NewAccountClaims(t.system)
	system.Name = "SYS"
	account, err := k.accountClaims(t.account)
	if err != nil {
		return nil, err
	}
	for _, a := range []*jwt.AccountClaims{system, account} {
		if t.accounts[a.Subject], err = a.Encode(operator); err != nil {
			return nil, fmt.Errorf("sign account %s: %w", a.Name, err)
		}
	}
	return t, nil
}

func (k *Keys) accountClaims(public string) (*jwt.AccountClaims, error) {
	a := jwt.NewAccountClaims(public)
	a.Name = "CHAIN"
	a.Limits.JetStreamLimits = jwt.JetStreamLimits{
		MemoryStorage: jwt.NoLimit, DiskStorage: jwt.NoLimit, Streams: jwt.NoLimit, Consumer: jwt.NoLimit, MaxAckPending: jwt.NoLimit,
	}
	_, node, err := pair(k.NodeSeed)
	if err != nil {
		return nil, err
	}
	scope := jwt.NewUserScope()
	scope.Key, scope.Role, scope.Template.Permissions = node, "node", nodePermissions()
	a.SigningKeys.AddScopedSigner(scope)
	return a, nil
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

// Issue makes the credential of a restaurant's node, whose public NKey is device. It reports Invalid "bad_key".
func (k *Keys) Issue(restaurant, device string, now time.Time) (Credential, error) {
	if err := CheckDevice(device); err != nil {
		return Credential{}, err
	}
	if !link.ValidEdge(restaurant) {
		return Credential{}, fmt.Errorf("issue a credential: %q is not a restaurant", restaurant)
	}
	signer, _, err := pair(k.NodeSeed)
	if err != nil {
		return Credential{}, err
	}
	_, account, err := pair(k.AccountSeed)
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
	account, _, err := pair(k.AccountSeed)
	if err != nil {
		return "", "", err
	}
	user, err := nkeys.CreateUser()
	if err != nil {
		return "", "", fmt.Errorf("make a key: %w", err)
	}
	public, err := user.PublicKey()
	if err != nil {
		return "", "", fmt.Errorf("make a key: %w", err)
	}
	raw, err := user.Seed()
	if err != nil {
		return "", "", fmt.Errorf("make a key: %w", err)
	}
	u := jwt.NewUserClaims(public)
	u.Name = "core"
	token, err = u.Encode(account)
	return token, string(raw), err
}

func pair(seed string) (nkeys.KeyPair, string, error) {
	p, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return nil, "", fmt.Errorf("read a key of the chain: %w", err)
	}
	public, err := p.PublicKey()
	if err != nil {
		return nil, "", fmt.Errorf("read a key of the chain: %w", err)
	}
	return p, public, nil
}
