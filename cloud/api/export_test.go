package api

// RefusalsPerMinute is for tests from outside.
const RefusalsPerMinute = refusalsPerMinute
