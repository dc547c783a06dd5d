package pgdev_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"awesome.pizza/cloud/pgdev"
)

func pidOf(s *pgdev.Server) string { return strconv.Itoa(s.Pid()) }

func freePort(t *testing.T) int {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr, err := net.ResolveTCPAddr("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return addr.Port
}

// helper runs this test binary as another user of dir and returns once it committed its row.
func helper(t *testing.T, dir string) (cmd *osexec.Cmd, leave io.Closer, pid int) {
	t.Helper()
	cmd = osexec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	leave, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err, line)
	}
	if _, err := fmt.Sscanf(line, "committed %d", &pid); err != nil {
		t.Fatal(line)
	}
	return cmd, leave, pid
}

func kill(t *testing.T, cmd *osexec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var ended *osexec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) {
		t.Fatalf("the killed process ended with %v", err)
	}
}

func TestTheServerOfAKilledProcessIsAdoptedWithItsData(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd, _, pid := helper(t, dir)
	kill(t, cmd)
	s := start(t, pgdev.Config{Dir: dir})
	if !s.Adopted() || s.Pid() != pid {
		t.Errorf("adopted: %v, process %d; the killed one had %d", s.Adopted(), s.Pid(), pid)
	}
	if got := ask[string](t, s.URL(), `SELECT name FROM pizza`); got != "Margherita" {
		t.Errorf("found %q", got)
	}
	stop(t, s)
	if running(t, dir) {
		t.Error("the adopted server was not ended")
	}
}

func TestCommittedDataOutlivesTheDeathOfTheServerAndItsUser(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd, _, pid := helper(t, dir)
	kill(t, cmd)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server has died", func() bool { return !running(t, dir) })
	s := start(t, pgdev.Config{Dir: dir})
	if s.Adopted() {
		t.Error("a dead server was adopted")
	}
	if got := ask[string](t, s.URL(), `SELECT name FROM pizza`); got != "Margherita" {
		t.Errorf("found %q", got)
	}
}

func TestTheLastUserEndsTheServer(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd, leave, pid := helper(t, dir)
	s := start(t, pgdev.Config{Dir: dir})
	if s.Pid() != pid {
		t.Errorf("two servers on one folder: %d and %d", pid, s.Pid())
	}
	stop(t, s)
	if !running(t, dir) {
		t.Fatal("the server was ended under a process that uses it")
	}
	if err := leave.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if running(t, dir) {
		t.Error("the last user left the server behind")
	}
}

func TestManyWhoStartAtOnceShareOneServer(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	var prepared int // guarded by the gate of Start
	cfg := pgdev.Config{Dir: dir, Volatile: true, Prepare: func(context.Context, *pgdev.Server) error { prepared++; return nil }}
	servers := make([]*pgdev.Server, 4)
	var all sync.WaitGroup
	for i := range servers {
		all.Go(func() {
			s, err := pgdev.Start(t.Context(), cfg)
			if err != nil {
				t.Error(err)
				return
			}
			servers[i] = s
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	for _, s := range servers {
		if s.Pid() != servers[0].Pid() {
			t.Errorf("servers %d and %d on one folder", s.Pid(), servers[0].Pid())
		}
		if !running(t, dir) {
			t.Error("ended too early")
		}
		stop(t, s)
	}
	if prepared != 1 {
		t.Errorf("prepared %d times", prepared)
	}
	if running(t, dir) {
		t.Error("the last one left the server behind")
	}
}

func TestOtherSettingsReplaceAServerThatNobodyUses(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd, _, pid := helper(t, dir)
	_, err := pgdev.Start(t.Context(), pgdev.Config{Dir: dir, MaxConnections: 7})
	if err == nil || !strings.Contains(err.Error(), "other settings") {
		t.Errorf("other settings than a living user's: %v", err)
	}
	kill(t, cmd)
	s := start(t, pgdev.Config{Dir: dir, MaxConnections: 27})
	if s.Adopted() || s.Pid() == pid {
		t.Error("the server runs on with the old settings")
	}
	if got := ask[string](t, s.URL(), `SELECT name FROM pizza`); got != "Margherita" {
		t.Errorf("found %q", got)
	}
}

func TestAPidThatNowBelongsToAStrangerDoesNotStopTheStart(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, pgdev.Config{Dir: dir})
	uid, gid := owner(t, filepath.Join(dir, "data"))
	stop(t, s)
	stranger := osexec.CommandContext(t.Context(), "sleep", "600")
	if os.Getuid() == 0 {
		stranger.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer kill(t, stranger)
	text := fmt.Sprintf("%d\n%s/data\n1780000000\n5432\n%s/run\n\n\n", stranger.Process.Pid, dir, dir)
	if err := os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(filepath.Join(dir, "data", "postmaster.pid"), int(uid), -1); err != nil {
		t.Fatal(err)
	}
	if s := start(t, pgdev.Config{Dir: dir}); s.Adopted() || s.Pid() == stranger.Process.Pid {
		t.Error("a stranger was adopted")
	}
	if err := stranger.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the stranger was harmed: %v", err)
	}
}

func TestAVolatileServerThatDiedIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, pgdev.Config{Dir: dir, Volatile: true})
	if err := exec(t.Context(), s.URL(), `CREATE TABLE pizza ()`); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(s.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server has died", func() bool { return !running(t, dir) })
	next := start(t, pgdev.Config{Dir: dir, Volatile: true})
	if ask[bool](t, next.URL(), `SELECT to_regclass('pizza') IS NOT NULL`) {
		t.Error("data without any guarantee was taken for good")
	}
}
