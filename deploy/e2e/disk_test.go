package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/deploy/powercut"
)

// diskFor mounts a disk with a will of its own where a process of the chain will keep its data, which is returned with it.
func diskFor(t *testing.T, process string, options ...powercut.Option) (data string, disk *powercut.FS) {
	t.Helper()
	data = dataDir(t)
	dir := filepath.Join(data, process)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return data, powercut.Mount(t, dir, options...)
}

// The power of a restaurant's node goes, again and again: at once, or in the middle of a change, with part of what was being written on the
// disk and part of it not. What a till or a screen had confirmed is there afterwards.
func TestThePowerOfANodeGoes(t *testing.T) {
	t.Parallel()
	data, disk := diskFor(t, "r1", powercut.Journalled())
	c := start(t, options{data: data, cook: true, speed: 200})
	j := c.journal(1)
	closeShop := j.open(2, 100*time.Millisecond)
	dice := rand.New(rand.NewPCG(11, 12))
	for round, began := 0, time.Now(); round < 6 || time.Since(began) < *hurt; round++ {
		c.eventually(30*time.Second, "there is trade before the next blow", j.more(2+dice.IntN(4)))
		if round%2 == 1 {
			disk.CutAfter(dice.IntN(40))
			c.eventually(30*time.Second, "the disk has stopped", func() bool { return !writable(filepath.Join(data, "r1")) })
		}
		c.kill("edge-r1")
		disk.Tear(dice.Uint64())
		c.restart("edge-r1")
		c.eventually(time.Minute, fmt.Sprintf("the node serves again in round %d", round), func() bool { return c.serves("edge-r1") })
	}
	closeShop()
	c.settleAll([]*journal{j})
}

// writable tries to make a file.
func writable(dir string) bool {
	path := filepath.Join(dir, ".probe")
	err := os.WriteFile(path, nil, 0o600)
	_ = os.Remove(path)
	return err == nil
}

// The power of the hub goes, and with it whatever its streams had not synced.
func TestThePowerOfTheHubGoes(t *testing.T) {
	t.Parallel()
	data, disk := diskFor(t, "hub", powercut.Size(64<<30)) // it sets room aside for its streams
	c := start(t, options{data: data, ownHub: true, cook: true, speed: 200})
	j := c.journal(1)
	closeShop := j.open(2, 100*time.Millisecond)
	dice := rand.New(rand.NewPCG(13, 14))
	for round, began := 0, time.Now(); round < 4 || time.Since(began) < *hurt; round++ {
		c.eventually(30*time.Second, "there is trade before the next blow", j.more(2+dice.IntN(4)))
		c.kill("hub")
		disk.Tear(dice.Uint64())
		c.restart("hub")
		c.eventually(time.Minute, "the hub serves again", func() bool { return c.serves("hub") })
	}
	closeShop()
	c.settleAll([]*journal{j})
}
