package courier

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/shared/problem"
)

// The headers of a signed message, in both directions.
const (
	TimestampHeader = "Courier-Timestamp" // seconds since 1970
	SignatureHeader = "Courier-Signature" // v1= and the hex of HMAC-SHA256; several with commas between them
)

// Window is how far the timestamp of a message may be from our clock. Within it, a message counts once by its id.
const Window = 5 * time.Minute

const (
	version   = "v1="
	maxSigned = 8 // signatures in one header
)

// Sign is the signature of what a company sends us: over the timestamp, a point, and the body.
func Sign(secret, timestamp string, body []byte) string { return sign(secret, timestamp+".", body) }

// SignRequest is the signature of what we ask of a company. Method and path are in it, so that neither can pass for something else, or for a
// message of the company's.
func SignRequest(secret, timestamp, method, path string, body []byte) string {
	return sign(secret, timestamp+"."+method+" "+path+".", body)
}

func sign(secret, head string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(head))
	mac.Write(body)
	return version + hex.EncodeToString(mac.Sum(nil))
}

// Verify holds a message against its signature by any of the secrets, and its timestamp against now: Refused "bad_signature" and
// "stale_signature". While secrets change there are two.
func Verify(secrets []string, timestamp, signature string, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || !signed(secrets, timestamp, signature, body) {
		return problem.New(problem.Refused, "bad_signature", "sign %s, a point and the body with the secret we share, in %s as v1=HEX", TimestampHeader, SignatureHeader)
	}
	if off := now.Sub(time.Unix(seconds, 0)); off > Window || off < -Window {
		return problem.New(problem.Refused, "stale_signature", "%s is more than %s from our clock: sign anew with the time of sending", TimestampHeader, Window)
	}
	return nil
}

func signed(secrets []string, timestamp, signature string, body []byte) bool {
	good := false
	for _, secret := range secrets {
		want := []byte(Sign(secret, timestamp, body))
		for i, s := range strings.Split(signature, ",") {
			if i < maxSigned && hmac.Equal([]byte(strings.TrimSpace(s)), want) {
				good = true
			}
		}
	}
	return good
}
