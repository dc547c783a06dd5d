package link_test

import (
	"testing"

	"go.uber.org/goleak"
)

// edgeID is the restaurant of these tests. Whole histories are lived in linksim.
const edgeID = "r000123"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
