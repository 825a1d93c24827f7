package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
)

// errNotYet is the answer of an Eventually that got through and found nothing.
var errNotYet = errors.New("it is not there yet")

// callJSON is Call for a test that cannot go on without the answer.
func callJSON(t testing.TB, method, address, token string, body, into any) {
	t.Helper()
	if err := Call(t.Context(), method, address, token, body, into); err != nil {
		t.Fatal(err)
	}
}

// Call sends JSON and reads JSON, the way any client would; it shares no code
// with skein. A token of "" sends none; a nil body or into is left out.
func Call(ctx context.Context, method, address, token string, body, into any) error {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s %s: encode: %w", method, address, err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, address, err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, address, err)
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: read: %w", method, address, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, address, response.Status, answer)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s %s: decode %q: %w", method, address, answer, err)
	}
	return nil
}

// createFile makes a file that the test cannot go on without.
func createFile(t testing.TB, path string) *os.File {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatalf("create a file: %v", err)
	}
	return file
}
