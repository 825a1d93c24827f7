package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"skein/backends/sandbox"
	"skein/backends/sandbox/visitor"
)

// browsers are whom $BROWSER may name in a script: each takes an address.
func browsers() map[string]func() {
	return map[string]func(){
		"browser-allow":   browsing(func(ctx context.Context, address string) error { return press(ctx, address, "Authorize") }),
		"browser-approve": browsing(func(ctx context.Context, address string) error { return press(ctx, address, "Approve") }),
		"browser-deny":    browsing(func(ctx context.Context, address string) error { return press(ctx, address, "Deny") }),
		"browser-forge":   browsing(forge),
		"browser-code":    browsing(showCode),
	}
}

func browsing(do func(context.Context, string) error) func() {
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := do(ctx, os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func press(ctx context.Context, address, button string) error {
	_, err := visitor.Press(ctx, address, button)
	return err
}

// forge lets skein in, but under the state of another sign-in.
func forge(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	q := u.Query()
	q.Set("state", "theirs")
	u.RawQuery = q.Encode()
	return press(ctx, u.String(), "Authorize")
}

// showCode lets skein in and prints the code that the page shows.
func showCode(ctx context.Context, address string) error {
	page, err := visitor.Press(ctx, address, "Authorize")
	if err == nil {
		_, err = fmt.Println(page.Code)
	}
	return err
}

// granted is the script command that wants apps to have N tokens of the person's.
func granted(s *sandbox.Sandbox) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		if len(args) != 1 || strconv.Itoa(s.Granted()) != args[0] {
			ts.Fatalf("the server has granted %d tokens, want %v", s.Granted(), args)
		}
	}
}

// expand is the script command that puts variables into a file.
func expand(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		path := ts.MkAbs(name)
		ts.Check(os.WriteFile(path, []byte(os.Expand(ts.ReadFile(name), ts.Getenv)), 0o600))
	}
}
