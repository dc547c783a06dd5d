package downlink_test

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/shared/authority"
)

func TestTwoCoresOnOneDirectoryHaveOneAuthorityAndOneSetOfKeys(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	var all sync.WaitGroup
	found := make(chan [2]string, 8)
	for range cap(found) {
		all.Go(func() {
			a, err := authority.Load(dir, "Awesome Pizza chain")
			if err != nil {
				t.Error(err)
				return
			}
			k, err := downlink.LoadKeys(dir)
			if err != nil {
				t.Error(err)
				return
			}
			chain, err := k.Chain()
			if err != nil {
				t.Error(err)
			}
			found <- [2]string{a.PEM(), chain}
		})
	}
	all.Wait()
	first := <-found
	for range cap(found) - 1 {
		if another := <-found; another != first {
			t.Error("two cores made one each")
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 || !slices.Contains([]string{"authority.pem", "chain.json"}, e.Name()) {
			t.Errorf("%s lies there as %v, %v", e.Name(), info.Mode(), err)
		}
	}
}
