package store

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// plain is s as a text column takes it, whatever a restaurant sent: valid UTF-8, no NUL, at most limit bytes.
func plain(s string, limit int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "")
	}
	return s
}

// bigint is n as a column takes it. No sequence gets that far; a foreign number may.
func bigint(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

func isNone(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
