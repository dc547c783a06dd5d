package downlink

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nkeys"

	"awesome.pizza/shared/authority"
)

// Keys are the chain's: an operator that the hub trusts, one account in which all nodes and cores live, and a signing key that can only
// make nodes, because its scope carries their permissions. A leaked signer cannot widen them. They lie in one file, which whoever runs a
// core on it reads again when it changes.
type Keys struct {
	path string

	mu   sync.RWMutex
	set  keySet
	read fs.FileInfo // the file as set stands in it
}

// keySet is the file.
type keySet struct {
	OperatorSeed string    `json:"operator_seed"`
	SystemSeed   string    `json:"system_seed"`
	AccountSeed  string    `json:"account_seed"`
	NodeSeed     string    `json:"node_seed"` // scoped signing key of the account
	Retired      []retired `json:"retired,omitempty"`
}

// retired is a signing key that makes no credentials any more; those it has made are good until it ends.
type retired struct {
	Public string    `json:"public"`
	Until  time.Time `json:"until"`
}

// LoadKeys reads the chain's keys from dir, and makes them if there are none. Two cores that start at once on one directory end up with the
// same keys.
func LoadKeys(dir string) (*Keys, error) {
	k := &Keys{path: filepath.Join(dir, "chain.json")}
	_, err := k.Reload()
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKeys(k.path); err == nil {
			_, err = k.Reload()
		}
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

// Reload reads the file again if it is another one than before, and reports whether it was.
func (k *Keys) Reload() (changed bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	info, err := os.Stat(k.path)
	if err != nil {
		return false, fmt.Errorf("read the chain's keys: %w", err)
	}
	if k.read != nil && os.SameFile(k.read, info) && k.read.ModTime().Equal(info.ModTime()) {
		return false, nil
	}
	data, err := os.ReadFile(k.path)
	if err != nil {
		return false, fmt.Errorf("read the chain's keys: %w", err)
	}
	var set keySet
	if err := json.Unmarshal(data, &set); err != nil {
		return false, fmt.Errorf("read the chain's keys in %s: %w", k.path, err)
	}
	k.set, k.read = set, info
	return true, nil
}

func (k *Keys) seeds() keySet {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.set
}

// makeKeys writes a new set, unless there is one.
func makeKeys(path string) error {
	var set keySet
	for _, one := range []struct {
		seed *string
		make func() (nkeys.KeyPair, error)
	}{{&set.OperatorSeed, nkeys.CreateOperator}, {&set.SystemSeed, nkeys.CreateAccount}, {&set.AccountSeed, nkeys.CreateAccount}, {&set.NodeSeed, nkeys.CreateAccount}} {
		seed, err := newSeed(one.make)
		if err != nil {
			return err
		}
		*one.seed = seed
	}
	data, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		return fmt.Errorf("write the chain's keys: %w", err)
	}
	if err := authority.WriteSecret(path, data, false); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("write the chain's keys: %w", err)
	}
	return nil
}

// Rotate makes a new signing key for nodes. Credentials of the old one stay good for as long as one lives, in which every node fetches
// another; with dropOld they end as soon as the hub hears of it, and the nodes have to fetch theirs without it. One person rotates at a time.
func (k *Keys) Rotate(now time.Time, dropOld bool) error {
	set := k.seeds()
	_, old, err := pair(set.NodeSeed)
	if err != nil {
		return err
	}
	if set.NodeSeed, err = newSeed(nkeys.CreateAccount); err != nil {
		return err
	}
	set.Retired = append(slices.DeleteFunc(slices.Clone(set.Retired), func(r retired) bool { return r.Until.Before(now) }),
		retired{Public: old, Until: now.Add(CredentialLife).UTC().Truncate(time.Second)})
	if dropOld {
		set.Retired = nil
	}
	data, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		return fmt.Errorf("write the chain's keys: %w", err)
	}
	if err := authority.WriteSecret(k.path, data, true); err != nil {
		return fmt.Errorf("write the chain's keys: %w", err)
	}
	_, err = k.Reload()
	return err
}

// Sign signs what the chain tells a node (a snapshot), Ed25519 by the key that Chain names.
func (k *Keys) Sign(doc []byte) ([]byte, error) {
	account, _, err := pair(k.seeds().AccountSeed)
	if err != nil {
		return nil, err
	}
	sig, err := account.Sign(doc)
	if err != nil {
		return nil, fmt.Errorf("sign as the chain: %w", err)
	}
	return sig, nil
}

// Signed reports whether the chain has signed a document.
func (k *Keys) Signed(doc, sig []byte) bool {
	account, _, err := pair(k.seeds().AccountSeed)
	return err == nil && account.Verify(doc, sig) == nil
}

// Chain is the public NKey, of type account, by which a node knows what the chain has signed. It stays the same for the chain's life.
func (k *Keys) Chain() (string, error) {
	_, public, err := pair(k.seeds().AccountSeed)
	return public, err
}

func newSeed(make func() (nkeys.KeyPair, error)) (string, error) {
	pair, err := make()
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	seed, err := pair.Seed()
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	return string(seed), nil
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
