package bluesky

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"skein/config/account"
)

// clockTolerance is how far our clock and a server's may be apart before proofs are
// dated by the server's. Servers bear some minutes; the Date header has whole seconds.
const clockTolerance = 30 * time.Second

// prover proves with each request that it holds the key that a token was given to
// (RFC 9449): a token alone, read off a log, is of no use to anybody. It is safe for
// concurrent use.
type prover struct {
	key *ecdsa.PrivateKey
	now func() time.Time

	mu      sync.Mutex
	origins map[string]origin // by scheme and authority
}

// origin is what a server has told that its proofs must say.
type origin struct {
	nonce string
	ahead time.Duration // its clock before ours; 0 within the tolerance
}

func newProver(key *ecdsa.PrivateKey, now func() time.Time) *prover {
	return &prover{key: key, now: now, origins: map[string]origin{}}
}

// newProofKey makes the key of a session.
func newProofKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("a key for the session: %w", err)
	}
	return key, nil
}

// keepProofKey is a key as the vault keeps it: its scalar in base64url.
func keepProofKey(key *ecdsa.PrivateKey) (account.Secret, error) {
	raw, err := key.Bytes()
	if err != nil {
		return account.Secret{}, fmt.Errorf("the key of the session: %w", err)
	}
	return account.NewSecret(base64.RawURLEncoding.EncodeToString(raw)), nil
}

// readProofKey reads what keepProofKey made. Its error does not hold the key.
func readProofKey(kept account.Secret) (*ecdsa.PrivateKey, error) {
	if raw, err := base64.RawURLEncoding.DecodeString(kept.Reveal()); err == nil {
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw); err == nil {
			return key, nil
		}
	}
	return nil, fmt.Errorf("the key of the session is damaged")
}

// send sends a request with a proof, and once more where the server wants another
// nonce in it or another date on it: it has done nothing by then. With an access token
// the proof is for that token alone. send is c's Do but for that; req is not changed.
func (p *prover) send(c *http.Client, req *http.Request, access string) (*http.Response, error) {
	for again := false; ; again = true {
		try := req.Clone(req.Context())
		if again && req.GetBody != nil {
			body, err := req.GetBody()
			if err != nil {
				return nil, fmt.Errorf("repeat of a request: %w", err)
			}
			try.Body = body
		}
		if access != "" {
			try.Header.Set("Authorization", "DPoP "+access)
		}
		told := p.told(req.URL)
		proof, err := p.proof(req.Method, req.URL, access, told)
		if err != nil {
			return nil, err
		}
		try.Header.Set("DPoP", proof)
		resp, err := c.Do(try)
		if err != nil {
			return nil, err
		}
		learned := p.learn(req.URL, resp)
		if again || resp.StatusCode != http.StatusBadRequest && resp.StatusCode != http.StatusUnauthorized {
			return resp, nil
		}
		wanted, err := peekError(resp)
		if err != nil {
			return nil, err
		}
		if wanted.name != "use_dpop_nonce" && learned.ahead == told.ahead {
			return resp, nil
		}
	}
}

// proof makes the JWT of one request.
func (p *prover) proof(method string, u *url.URL, access string, told origin) (string, error) {
	claims := jwt.MapClaims{
		"jti": rand.Text(), "htm": method, "htu": u.Scheme + "://" + u.Host + u.EscapedPath(),
		"iat": p.now().Add(told.ahead).Unix(),
	}
	if told.nonce != "" {
		claims["nonce"] = told.nonce
	}
	if access != "" {
		sum := sha256.Sum256([]byte(access))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	point, err := p.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		return "", fmt.Errorf("the key of the session: %w", err)
	}
	x, y := point[1:1+len(point)/2], point[1+len(point)/2:]
	t := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	t.Header["typ"] = "dpop+jwt"
	t.Header["jwk"] = map[string]string{
		"kty": "EC", "crv": "P-256", "x": base64.RawURLEncoding.EncodeToString(x), "y": base64.RawURLEncoding.EncodeToString(y),
	}
	signed, err := t.SignedString(p.key)
	if err != nil {
		return "", fmt.Errorf("proof of the session's key: %w", err)
	}
	return signed, nil
}

func (p *prover) told(u *url.URL) origin {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.origins[u.Scheme+"://"+u.Host]
}

// learn keeps what an answer tells for the next proofs. A nonce may come with any
// answer, and a server gives new ones all the time.
func (p *prover) learn(u *url.URL, resp *http.Response) origin {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.origins[u.Scheme+"://"+u.Host]
	if nonce := resp.Header.Get("DPoP-Nonce"); nonce != "" {
		o.nonce = nonce
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		ahead := date.Sub(p.now()).Round(time.Second)
		switch {
		case ahead.Abs() <= clockTolerance:
			o.ahead = 0
		case (ahead - o.ahead).Abs() > clockTolerance:
			o.ahead = ahead
		}
	}
	p.origins[u.Scheme+"://"+u.Host] = o
	return o
}

// peekError reads what a server says against a request and leaves the answer's body
// as it was.
func peekError(resp *http.Response) (*apiError, error) {
	b, err := io.ReadAll(resp.Body) // the transport has capped it
	if cerr := resp.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(b))
	return readError(bytes.NewReader(b)), nil
}
