package road

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// ProofKind is what shows that a guest has the food.
type ProofKind string

// Kinds of proof.
const (
	Photo ProofKind = "photo" // of the food at the door
	Name  ProofKind = "name"  // of who took it
	Code  ProofKind = "code"  // which the guest reads out
)

// MaxPhoto is the largest picture, in bytes: phones make them smaller before they send them.
const MaxPhoto = 200_000

// Proof shows that a guest has the food. An order has at most one of each kind, and the first counts.
type Proof struct {
	Order  order.ID
	Kind   ProofKind
	Driver string
	At     time.Time
	Said   string // the name
	Type   string // of the picture
	Photo  []byte
}

// DoorCode is what a guest reads out at the door. Who has the tracking link has it.
func DoorCode(r *ordering.Record) string {
	sum := sha256.Sum256([]byte("door " + r.Token))
	return fmt.Sprintf("%04d", binary.BigEndian.Uint32(sum[:])%10_000)
}

// Check refuses what proves nothing: Conflict "not_on_the_way", Invalid "bad_proof" and "wrong_code".
func (p *Proof) Check(r *ordering.Record, code string) error {
	switch r.Progress.Delivery {
	case order.PickedUp, order.OutForDelivery, order.Delivered, order.Failed:
	default:
		return problem.New(problem.Conflict, "not_on_the_way", "the order is %s: a proof is taken at the door", r.Status())
	}
	switch p.Kind {
	case Photo:
		return p.checkPhoto()
	case Name:
		p.Said = strings.TrimSpace(p.Said)
		if n := utf8.RuneCountInString(p.Said); n == 0 || n > 100 || strings.ContainsFunc(p.Said, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return bad("name", "a name has 1 to 100 printable characters")
		}
	case Code:
		if subtle.ConstantTimeCompare([]byte(code), []byte(DoorCode(r))) != 1 {
			return problem.New(problem.Invalid, "wrong_code", "this is not the guest's code: ask again, or take a picture").With("path", "code")
		}
	default:
		return bad("kind", "a proof is a photo, a name or a code")
	}
	return nil
}

func (p *Proof) checkPhoto() error {
	if len(p.Photo) > MaxPhoto {
		return bad("photo", fmt.Sprintf("a picture has %d bytes at most, and this one %d", MaxPhoto, len(p.Photo)))
	}
	switch p.Type = http.DetectContentType(p.Photo); p.Type {
	case "image/jpeg", "image/webp":
		return nil
	}
	return bad("photo", "a picture is JPEG or WebP")
}

func bad(path, detail string) error {
	return problem.New(problem.Invalid, "bad_proof", "%s", detail).With("path", path)
}
