package link

import (
	"fmt"
	"time"

	"awesome.pizza/shared/clock"
)

// A database that is restored to before an enrolment knows the device that was replaced as its restaurant's node, and the node that lives as
// nobody. Nobody has to see that and act: the chain signed at the enrolment what it did, the node keeps the document and shows it in every
// SYNC, and the cloud that has forgotten takes its own word for it.

// Proof is what the chain signs when it enrols a device.
type Proof struct {
	Kind       string    `json:"kind"` // EnrolmentProof: whatever else the chain signs can never be taken for one
	Restaurant string    `json:"restaurant"`
	Device     string    `json:"device"`
	Epoch      uint64    `json:"epoch"` // that began with the enrolment
	At         time.Time `json:"at"`    // by the cloud's clock
}

// EnrolmentProof is the Kind of every Proof.
const EnrolmentProof = "enrolment"

// SignedProof carries a Proof as its signer wrote it.
type SignedProof struct {
	Doc []byte `json:"doc"` // a Proof as JSON
	Sig []byte `json:"sig"` // Ed25519, by the chain's key
}

// maxProof is the largest Doc of a SignedProof.
const maxProof = 1024

// Roll is what the cloud has written down of the devices that were enrolled for a restaurant.
type Roll struct {
	Latest time.Time // when the last of them was
	Knows  bool      // the device that asks is one of them, or was cut off by a person, whatever became of it
}

// Adopts reports whether the device of a proof is the restaurant's node although the row names another one. What the database knows of a
// device counts more than the device's proof: one that was fenced or revoked stays so. Of two enrolments the later one counts, and the cloud's
// own clock says which that is: the epochs of two lives of a database cannot be compared, for either gives the same numbers.
func Adopts(row LinkRow, roll Roll, p Proof, now time.Time) bool {
	return p.Restaurant == row.Edge && p.Device != row.Device && !roll.Knows && !p.At.Before(roll.Latest) && !clock.Ahead(p.At, now)
}

// Replaced reports whether the device of a proof was the restaurant's once, in what the database has forgotten, and another one has its place.
func Replaced(row LinkRow, roll Roll, p Proof) bool {
	return p.Restaurant == row.Edge && p.Device != row.Device && !roll.Knows && p.At.Before(roll.Latest)
}

// Adopted is what becomes of the row: the device of the proof begins an epoch that is new to both sides. said is the one that it names in
// SYNC; it is answered with a fork, and heals.
func Adopted(row LinkRow, p Proof, said uint64) LinkRow {
	return LinkRow{Edge: row.Edge, Device: p.Device, Epoch: max(row.Epoch, p.Epoch, said) + 1}
}

func (p Proof) check() error {
	if p.Kind != EnrolmentProof || !ValidEdge(p.Restaurant) || !named(p.Device) || p.Epoch < FirstEpoch || p.Epoch > MaxEpoch || p.At.IsZero() {
		return fmt.Errorf("%w: a proof of kind %q that device %q is enrolled for %q", ErrCorrupt, p.Kind, p.Device, p.Restaurant)
	}
	return nil
}

func (p *SignedProof) fits() bool {
	return p == nil || len(p.Doc) > 0 && len(p.Doc) <= maxProof && len(p.Sig) > 0 && len(p.Sig) <= maxName
}
