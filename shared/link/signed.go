package link

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Where a device asks over HTTPS, in its own name and without a token.
const (
	RenewPath   = "/api/fleet/renew"
	SalvagePath = "/api/fleet/salvage"
	KnownPath   = "/api/fleet/known"
	AllPath     = "/api/fleet/all"
)

// Signed is what a device signs with its key (Ed25519) when it asks over HTTPS: path, restaurant, device, at as it stands in the request, and the
// SHA-256 of the payload in hexadecimal, or nothing without one, joined by line feeds.
func Signed(path, restaurant, device, at string, payload []byte) []byte {
	hash := ""
	if len(payload) > 0 {
		sum := sha256.Sum256(payload)
		hash = hex.EncodeToString(sum[:])
	}
	return []byte(strings.Join([]string{path, restaurant, device, at, hash}, "\n"))
}
