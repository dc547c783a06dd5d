package api

import (
	"errors"
	"io"
	"net"
	"strings"
)

// severed reports whether an error is that of a line that broke, or of a database that comes or goes: whoever asks a moment later finds it
// there again, and must not take that for proof that it was never away. A database says so by a SQLSTATE: 08 is a connection, 53 too many
// of them, 57P a server that is being ended or begins; while another database is put in its place it lets nobody in (55000) or is not there (3D000).
func severed(err error) bool {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		s := state.SQLState()
		return strings.HasPrefix(s, "08") || strings.HasPrefix(s, "53") || strings.HasPrefix(s, "57P") || s == "55000" || s == "3D000"
	}
	var line *net.OpError
	var unsent interface{ SafeToRetry() bool }
	return errors.As(err, &line) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &unsent) && unsent.SafeToRetry()
}
