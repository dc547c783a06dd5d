package pgdev_test

import (
	"os"
	osexec "os/exec"
	"path/filepath"
	"testing"

	"awesome.pizza/cloud/pgdev"
)

func TestAStartThatWasKilledHalfwayIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	for _, made := range []string{"gate.lock", "data.new-*", "data.new-*/base/1", "data", "run", "data/postmaster.pid"} {
		t.Run("killed when it had made "+filepath.Base(made), func(t *testing.T) {
			t.Parallel()
			dir := folder(t)
			killWhen(t, dir, made)
			s := start(t, pgdev.Config{Dir: dir})
			if got := ask[int](t, s.URL(), `SELECT 1`); got != 1 {
				t.Errorf("the server answers %d", got)
			}
			stop(t, s)
			if running(t, dir) {
				t.Error("a server was left behind")
			}
			// An orphaned initdb may still be at work in a folder that nobody will look at.
			eventually(t, "all is cleared away", func() bool { return os.RemoveAll(dir) == nil })
		})
	}
}

// killWhen kills a starter as soon as it has made something.
func killWhen(t *testing.T, dir, made string) {
	t.Helper()
	cmd := osexec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	input, err := cmd.StdinPipe() // kept open: at its end the helper would leave
	if err != nil {
		t.Fatal(err)
	}
	defer input.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the starter has made "+made, func() bool {
		found, err := filepath.Glob(filepath.Join(dir, made))
		return err == nil && len(found) > 0
	})
	kill(t, cmd)
}
