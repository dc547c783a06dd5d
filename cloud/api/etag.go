package api

import (
	"strconv"
	"strings"

	"awesome.pizza/shared/problem"
)

// ifMatch is the version a change is meant for: 0 for any, as "*" or no header say. Of a list the newest counts: who knows a version can have
// no older one in hand. What was never a version of ours matches nothing.
func ifMatch(header string) (version int, err error) {
	if header = strings.TrimSpace(header); header == "" || header == "*" {
		return 0, nil
	}
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimSpace(tag)
		if len(tag) < 2 || tag[0] != '"' || tag[len(tag)-1] != '"' {
			continue // weak tags do not match either (RFC 9110 §13.1.1)
		}
		if n, err := strconv.Atoi(tag[1 : len(tag)-1]); err == nil && n > version {
			version = n
		}
	}
	if version == 0 {
		return 0, problem.New(problem.Stale, "stale_version", "If-Match %s is no version of this: read it again", header)
	}
	return version, nil
}

// unchanged reports whether the client has this version already (If-None-Match).
func unchanged(header, tag string) bool {
	for given := range strings.SplitSeq(header, ",") {
		given = strings.TrimPrefix(strings.TrimSpace(given), "W/")
		if given == "*" || given == tag {
			return true
		}
	}
	return false
}
