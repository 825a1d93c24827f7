package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// networkStartWithin bounds the start of the Bluesky network, which takes 4 s on
// two idle cores.
const networkStartWithin = 90 * time.Second

// Bluesky is a whole Bluesky network on loopback: the servers themselves, from
// npm. Its handles end in .test.
type Bluesky struct {
	PDS     string        `json:"pds"`
	AppView string        `json:"appview"`
	PLC     string        `json:"plc"`
	Took    time.Duration `json:"-"` // from npm's program to its first answer

	stdin   io.WriteCloser
	answers <-chan networkAnswer
	log     string
}

// networkAnswer is one line that network.mjs prints.
type networkAnswer struct {
	Bluesky
	Done  string `json:"done"`
	Error string `json:"error"`
}

// StartBluesky serves a new network until the test ends.
func StartBluesky(t testing.TB) *Bluesky {
	t.Helper()
	Require(t, ToolNode, ToolNetwork, ToolPostgres, ToolRedis)
	database, cache := StartPostgres(t), StartRedis(t)

	started := time.Now()
	dir := t.TempDir()
	logFile := createFile(t, filepath.Join(dir, "network.log"))
	defer logFile.Close() //nolint:errcheck // node has its own handle by then
	// Not the test's context: the network has to outlive it, until its clean-up.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "node", "network.mjs")
	cmd.Dir, cmd.Stderr = "network", logFile
	cmd.Env = append(os.Environ(),
		"DB_POSTGRES_URL="+database.URL, "REDIS_HOST="+cache.Addr, "TMPDIR="+dir, "LOG_ENABLED=false")
	stdin, errIn := cmd.StdinPipe()
	stdout, errOut := cmd.StdoutPipe()
	if errIn != nil || errOut != nil {
		t.Fatalf("pipes of the Bluesky network: %v, %v", errIn, errOut)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the Bluesky network: %v", err)
	}
	t.Cleanup(func() {
		_ = stdin.Close() // it ends by itself when this closes
		_ = cmd.Wait()    // and nobody waits for its opinion
	})
	network := &Bluesky{stdin: stdin, answers: readAnswers(stdout), log: logFile.Name()}
	first := network.await(t, networkStartWithin)
	network.PDS, network.AppView, network.PLC = first.PDS, first.AppView, first.PLC
	network.Took = time.Since(started)
	return network
}

// StopPDS makes the PDS refuse connections and drops the open ones.
func (b *Bluesky) StopPDS(t testing.TB) {
	t.Helper()
	b.command(t, "stop pds")
}

// StartPDS has a stopped PDS listen again, at the same address.
func (b *Bluesky) StartPDS(t testing.TB) {
	t.Helper()
	b.command(t, "start pds")
}

func (b *Bluesky) command(t testing.TB, command string) {
	t.Helper()
	if _, err := fmt.Fprintln(b.stdin, command); err != nil {
		t.Fatalf("tell the Bluesky network to %s: %v", command, err)
	}
	if answer := b.await(t, 20*time.Second); answer.Done != command {
		t.Fatalf("the Bluesky network was told to %s and answered %+v", command, answer)
	}
}

// await returns the network's next answer.
func (b *Bluesky) await(t testing.TB, within time.Duration) networkAnswer {
	t.Helper()
	select {
	case answer, ok := <-b.answers:
		if !ok || answer.Error != "" {
			t.Fatalf("the Bluesky network failed: %s\nits log:\n%s", answer.Error, tail(b.log))
		}
		return answer
	case <-time.After(within):
		t.Fatalf("the Bluesky network says nothing for %s; its log:\n%s", within, tail(b.log))
	}
	return networkAnswer{}
}

// readAnswers closes its channel when the network ends.
func readAnswers(stdout io.Reader) <-chan networkAnswer {
	answers := make(chan networkAnswer, 1)
	go func() {
		defer close(answers)
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			var answer networkAnswer
			if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
				answer.Error = fmt.Sprintf("answered %q: %v", lines.Text(), err)
			}
			answers <- answer
		}
	}()
	return answers
}
