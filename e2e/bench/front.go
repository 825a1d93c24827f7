package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"mime"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// front is the sandbox behind TLS, for programs that speak nothing else.
type front struct {
	authority string // the file with the certificate to be trusted
	mastodon  string // host:port
	bluesky   string
	nostr     []string // wss://…
}

// front starts one terminator a server, until the bench ends.
func (b *bench) front(t *town) (*front, error) {
	certificate, err := selfSigned()
	if err != nil {
		return nil, err
	}
	f := &front{authority: filepath.Join(b.dir, "authority.pem")}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	if err := os.WriteFile(f.authority, block, 0o600); err != nil {
		return nil, fmt.Errorf("keep the certificate: %w", err)
	}
	if f.mastodon, err = b.terminate(t.Mastodon, certificate); err != nil {
		return nil, err
	}
	if f.bluesky, err = b.terminate(t.Bluesky, certificate); err != nil {
		return nil, err
	}
	for _, relay := range t.Nostr {
		host, err := b.terminate("http"+strings.TrimPrefix(relay, "ws"), certificate)
		if err != nil {
			return nil, err
		}
		f.nostr = append(f.nostr, "wss://"+host)
	}
	return f, nil
}

// terminate listens on loopback with TLS and hands everything on, websockets too.
func (b *bench) terminate(address string, certificate tls.Certificate) (string, error) {
	to, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("address of a server: %w", err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	if err != nil {
		return "", fmt.Errorf("terminate TLS: %w", err)
	}
	onward := &httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ErrorLog: log.New(io.Discard, "", 0),
	}
	server := &http.Server{
		Handler:           flat(onward),
		ErrorLog:          log.New(io.Discard, "", 0), // a client that is killed says no goodbye
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() { _ = server.Serve(listener) }() // it ends with ErrServerClosed
	b.stand.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String(), nil
}

// flat makes a plain form of one in parts, which servers of Mastodon take and the
// sandbox does not.
func flat(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
			const limit = 1 << 20
			r.Body = http.MaxBytesReader(w, r.Body, limit)
			if err := r.ParseMultipartForm(limit); err != nil { //nolint:gosec // the body is bounded above
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			form := url.Values(r.MultipartForm.Value).Encode()
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(form)), int64(len(form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Content-Length", strconv.Itoa(len(form)))
		}
		next.ServeHTTP(w, r)
	})
}

// selfSigned makes a certificate for this machine that is its own authority.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("key of a certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "skein's bench"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
