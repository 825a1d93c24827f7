package pds

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	proofSkew  = 3 * time.Minute // by which a proof's date may be off
	nonceEvery = time.Minute     // a new nonce; the one before is good for as long again
)

// nonce is what proofs must say at a time.
func (o *authority) nonce(at time.Time) string {
	return base64.RawURLEncoding.EncodeToString(o.sessions.mac("nonce " + strconv.FormatInt(at.Unix()/int64(nonceEvery.Seconds()), 10)))
}

// check checks the proof of a request (RFC 9449, 4.3) and returns the thumbprint of its
// key. With an access token the proof must be for that one.
func (o *authority) check(w http.ResponseWriter, r *http.Request, access string) (jkt string, fail *failure) {
	now := o.now()
	w.Header().Set("DPoP-Nonce", o.nonce(now))
	bad := func(format string, args ...any) (string, *failure) {
		return "", oauthFailure("invalid_dpop_proof", fmt.Sprintf(format, args...))
	}
	var key *ecdsa.PublicKey
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithoutClaimsValidation())
	t, err := parser.Parse(r.Header.Get("DPoP"), func(t *jwt.Token) (any, error) {
		var err error
		key, jkt, err = embeddedKey(t)
		return key, err
	})
	if err != nil {
		return bad("Failed to verify DPoP proof: %v", err)
	}
	said, ok := t.Claims.(jwt.MapClaims)
	if !ok {
		return bad("no claims")
	}
	jti, _ := said["jti"].(string)
	issued, _ := said["iat"].(float64)
	sum := sha256.Sum256([]byte(access))
	switch {
	case now.Sub(time.Unix(int64(issued), 0)).Abs() > proofSkew:
		return bad("Failed to verify DPoP proof: \"iat\" claim timestamp check failed")
	case said["htm"] != r.Method:
		return bad("DPoP \"htm\" mismatch")
	case said["htu"] != o.url+r.URL.Path:
		return bad("DPoP \"htu\" mismatch")
	case said["nonce"] != o.nonce(now) && said["nonce"] != o.nonce(now.Add(-nonceEvery)):
		return "", oauthFailure("use_dpop_nonce", "Authorization server requires nonce in DPoP proof")
	case access == "" && said["ath"] != nil, access != "" && said["ath"] != base64.RawURLEncoding.EncodeToString(sum[:]):
		return bad("DPoP \"ath\" mismatch")
	case jti == "" || !o.once(jti, now):
		return bad("DPoP proof replayed")
	}
	return jkt, nil
}

// once notes a proof's name and tells whether it is new.
func (o *authority) once(jti string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for name, at := range o.proofs {
		if now.Sub(at) > 2*proofSkew {
			delete(o.proofs, name)
		}
	}
	_, used := o.proofs[jti]
	o.proofs[jti] = now
	return !used
}

// embeddedKey reads the key that a proof brings, and its thumbprint (RFC 7638).
func embeddedKey(t *jwt.Token) (*ecdsa.PublicKey, string, error) {
	if t.Header["typ"] != "dpop+jwt" {
		return nil, "", errors.New("unexpected \"typ\"")
	}
	k, _ := t.Header["jwk"].(map[string]any)
	if k["kty"] != "EC" || k["crv"] != "P-256" || k["d"] != nil {
		return nil, "", errors.New("unexpected \"jwk\"")
	}
	x, _ := k["x"].(string)
	y, _ := k["y"].(string)
	point := []byte{4}
	for _, coordinate := range []string{x, y} {
		raw, err := base64.RawURLEncoding.DecodeString(coordinate)
		if err != nil {
			return nil, "", err
		}
		point = append(point, raw...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":"P-256","kty":"EC","x":%q,"y":%q}`, x, y))
	return key, base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// authenticateDPoP fills in who calls with a token that was given to a browser.
func (s *Server) authenticateDPoP(w http.ResponseWriter, r *http.Request, c *call, a access, token string) *failure {
	jkt, fail := s.authority.check(w, r, token)
	if fail != nil {
		fail.status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `DPoP error="`+fail.name+`", algs="ES256"`)
		return fail
	}
	found, fail := s.sessions.verify(token, scopeOAuth)
	if fail != nil || a == renewal || found.Key == nil || !hmac.Equal([]byte(found.Key.Thumbprint), []byte(jkt)) || !s.authority.lives(found.ID) {
		return &failure{http.StatusUnauthorized, "invalid_token", "Invalid token"}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	c.token, c.viewer = found, s.people[found.Subject]
	return nil
}
