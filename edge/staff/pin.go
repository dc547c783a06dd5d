package staff

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a PIN: Argon2id with the smallest memory that OWASP's cheat sheet names for 3 passes. A node has 50 MB for everything.
const (
	passes    = 3
	kibibytes = 12 << 10
	keyBytes  = 32

	SaltBytes = 16
)

// ValidPIN reports whether a text can be a PIN: 4 to 8 digits.
func ValidPIN(pin string) bool {
	return len(pin) >= 4 && len(pin) <= 8 && strings.Trim(pin, "0123456789") == ""
}

// Hash is a PIN as it is kept, in the PHC string format. People of one restaurant share a salt: no two of them have the same PIN, so nothing
// is told by that, and whoever enters a PIN is found with one hash and not with one for each person.
func Hash(pin string, salt []byte) string {
	key := argon2.IDKey([]byte(pin), salt, passes, kibibytes, 1, keyBytes)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, kibibytes, passes, b64(salt), b64(key))
}

// SaltOf is the salt of a hash; ok is false when it is none of ours.
func SaltOf(hash string) (salt []byte, ok bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || strings.Join(parts[:4], "$") != fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1", argon2.Version, kibibytes, passes) {
		return nil, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	return salt, err == nil && len(salt) >= 8
}

// Find is whose PIN it is. It takes as long for a wrong one.
func Find(people []Person, pin string) (found Person, ok bool) {
	hashes := map[string]string{} // by salt
	for _, p := range people {
		salt, sound := SaltOf(p.PIN)
		if !sound {
			continue
		}
		h, made := hashes[string(salt)]
		if !made {
			h = Hash(pin, salt)
			hashes[string(salt)] = h
		}
		if subtle.ConstantTimeCompare([]byte(h), []byte(p.PIN)) == 1 {
			found, ok = p, true
		}
	}
	return found, ok
}
