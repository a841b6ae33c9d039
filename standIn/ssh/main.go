// Runs one command over SSH for the stand-in: the request comes as a line of JSON on standard input, what happens goes
// out as lines of JSON. It dials with the library that the vendor's plugin is built with, of the same version, so that
// the two take and refuse the same keys, agents and servers.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
)

type request struct {
	Connection connection
	Command    string
	Stdin      string
	// LogStdout and LogStderr say what is shown while the command runs.
	LogStdout, LogStderr bool
	// Required variables the server has to accept; for Optional ones that it does not there is a warning.
	Required, Optional map[string]string
}

// One line to the stand-in: something for the engine's log, or the end.
type event struct {
	Kind string `json:"kind"`
	// Text of a `status`, or the name of the variable of an `unset`.
	Text   string `json:"text,omitempty"`
	Stdout []byte `json:"stdout,omitempty"`
	Stderr []byte `json:"stderr,omitempty"`
	// Failure is why there is no success, when there is none.
	Failure string `json:"failure,omitempty"`
}

var output = struct {
	sync.Mutex
	*json.Encoder
}{Encoder: json.NewEncoder(os.Stdout)}

func report(e event) {
	output.Lock()
	defer output.Unlock()
	if err := output.Encode(e); err != nil {
		os.Exit(1)
	}
}

func main() {
	input := bufio.NewReader(os.Stdin)
	line, err := input.ReadBytes('\n')
	var asked request
	if err == nil {
		err = json.Unmarshal(line, &asked)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "no request:", err)
		os.Exit(2)
	}
	end := event{Kind: "end"}
	if err := run(asked, &end); err != nil {
		end.Failure = err.Error()
	}
	report(end)
	// The plugin hangs up when it ends itself, not before.
	_, _ = io.Copy(io.Discard, input)
}

func run(asked request, end *event) error {
	client, err := asked.Connection.dial()
	if err != nil {
		return err
	}
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(asked.Required)) {
		if err := session.Setenv(name, asked.Required[name]); err != nil {
			report(event{Kind: "unsetRequired", Text: name})
			return fmt.Errorf("could not set environment variable %q: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(asked.Optional)) {
		if session.Setenv(name, asked.Optional[name]) != nil {
			report(event{Kind: "unset", Text: name})
		}
	}
	if asked.Stdin != "" {
		session.Stdin = strings.NewReader(asked.Stdin)
	}
	var both transcript
	stdout := &stream{both: &both, isShown: asked.LogStdout}
	stderr := &stream{both: &both, isShown: asked.LogStderr}
	session.Stdout, session.Stderr = stdout, stderr
	err = session.Run(asked.Command)
	both.flush()
	end.Stdout, end.Stderr = stdout.bytes, stderr.bytes
	if err != nil {
		return fmt.Errorf("%w: running %q:\n%s", err, asked.Command, both.bytes)
	}
	return nil
}

// transcript is what both streams brought, in the order of arrival.
type transcript struct {
	sync.Mutex
	bytes []byte
	// The last line so far of what is shown.
	open []byte
}

func (t *transcript) flush() {
	if len(t.open) > 0 {
		report(event{Kind: "status", Text: string(t.open)})
	}
}

type stream struct {
	both    *transcript
	bytes   []byte
	isShown bool
}

func (s *stream) Write(chunk []byte) (int, error) {
	s.both.Lock()
	defer s.both.Unlock()
	s.bytes = append(s.bytes, chunk...)
	s.both.bytes = append(s.both.bytes, chunk...)
	if s.isShown {
		lines := strings.Split(string(s.both.open)+string(chunk), "\n")
		for _, line := range lines[:len(lines)-1] {
			report(event{Kind: "status", Text: line})
		}
		s.both.open = []byte(lines[len(lines)-1])
	}
	return len(chunk), nil
}
