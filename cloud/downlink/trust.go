package downlink

import (
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// trust is what a hub must know: who the operator is and which accounts there are.
type trust struct {
	operator        *jwt.OperatorClaims
	operatorJWT     string
	system, account string // public keys
	accounts        map[string]string
}

// trust is for a hub's first start. What it keeps of the accounts from then on is newer, and stays: the accounts in here were signed, so
// they say, at the beginning of time.
func (k *Keys) trust(now time.Time) (*trust, error) {
	set := k.seeds()
	operator, operatorKey, err := pair(set.OperatorSeed)
	if err != nil {
		return nil, err
	}
	t := &trust{accounts: map[string]string{}}
	if _, t.system, err = pair(set.SystemSeed); err != nil {
		return nil, err
	}
	t.operator = jwt.NewOperatorClaims(operatorKey)
	t.operator.Name, t.operator.SystemAccount = "awesome-pizza", t.system
	if t.operatorJWT, err = t.operator.Encode(operator); err != nil {
		return nil, fmt.Errorf("sign the operator: %w", err)
	}
	system := jwt.NewAccountClaims(t.system)
	system.Name = "SYS"
	account, err := k.accountClaims(nil, now)
	if err != nil {
		return nil, err
	}
	t.account = account.Subject
	for _, a := range []*jwt.AccountClaims{system, account} {
		if t.accounts[a.Subject], err = signFirst(a, operator); err != nil {
			return nil, fmt.Errorf("sign account %s: %w", a.Name, err)
		}
	}
	return t, nil
}

// forGood is when a revocation ends: all that a key was ever given is refused. 9999-12-31.
const forGood = 253402300799

// accountClaims are the chain's account as it ought to be now: who makes nodes, and whom the hub refuses.
func (k *Keys) accountClaims(refused []string, now time.Time) (*jwt.AccountClaims, error) {
	set := k.seeds()
	_, public, err := pair(set.AccountSeed)
	if err != nil {
		return nil, err
	}
	_, node, err := pair(set.NodeSeed)
	if err != nil {
		return nil, err
	}
	a := jwt.NewAccountClaims(public)
	a.Name = "CHAIN"
	a.Limits.JetStreamLimits = jwt.JetStreamLimits{
		MemoryStorage: jwt.NoLimit, DiskStorage: jwt.NoLimit, Streams: jwt.NoLimit, Consumer: jwt.NoLimit, MaxAckPending: jwt.NoLimit,
	}
	signers := []string{node}
	for _, r := range set.Retired {
		if r.Until.After(now) {
			signers = append(signers, r.Public)
		}
	}
	for _, key := range signers {
		scope := jwt.NewUserScope()
		scope.Key, scope.Role, scope.Template.Permissions = key, "node", nodePermissions()
		a.SigningKeys.AddScopedSigner(scope)
	}
	for _, device := range refused {
		a.RevokeAt(device, time.Unix(forGood, 0))
	}
	return a, nil
}

// sameTrust reports whether two accounts let the same nodes in.
func sameTrust(a, b *jwt.AccountClaims) bool {
	return maps.Equal(a.Revocations, b.Revocations) && slices.Equal(slices.Sorted(maps.Keys(a.SigningKeys)), slices.Sorted(maps.Keys(b.SigningKeys)))
}

// signFirst signs an account as of 1970, which the library, that knows only now, cannot do: of two versions a hub keeps the later, and a
// hub that is started with these again must not forget whom it has been told to refuse since.
func signFirst(a *jwt.AccountClaims, operator nkeys.KeyPair) (string, error) {
	issuer, err := operator.PublicKey()
	if err != nil {
		return "", err
	}
	if _, err := a.Encode(operator); err != nil { // fills in type and version
		return "", err
	}
	a.Issuer, a.IssuedAt, a.ID = issuer, 1, ""
	body, err := json.Marshal(a.ClaimsData)
	if err != nil {
		return "", err
	}
	hash := sha512.Sum512_256(body)
	a.ID = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(hash[:])
	head, err := json.Marshal(jwt.Header{Type: jwt.TokenTypeJwt, Algorithm: jwt.AlgorithmNkey})
	if err != nil {
		return "", err
	}
	if body, err = json.Marshal(a); err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	sig, err := operator.Sign([]byte(text))
	if err != nil {
		return "", err
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig), nil
}

// syncEvery is how often the servers of a hub compare what they know of the accounts.
const syncEvery = 5 * time.Second

// TrustConfig is the part of a nats-server's configuration that makes a hub of one's own trust this chain: whom it believes, and which
// accounts there are; accounts is the directory, at the hub, in which it keeps what cores tell it of them from then on. Where it listens and
// keeps its streams is the operator's to say (deploy/nats/hub.conf).
func (k *Keys) TrustConfig(accounts string, now time.Time) (string, error) {
	t, err := k.trust(now)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "operator: %s\nsystem_account: %s\n", t.operatorJWT, t.system)
	fmt.Fprintf(&b, "resolver { type: full, dir: %s, allow_delete: false, interval: %q }\nresolver_preload {\n", strconv.Quote(filepath.ToSlash(accounts)), syncEvery)
	for _, account := range slices.Sorted(maps.Keys(t.accounts)) {
		fmt.Fprintf(&b, "  %s: %s\n", account, t.accounts[account])
	}
	b.WriteString("}\n")
	return b.String(), nil
}
