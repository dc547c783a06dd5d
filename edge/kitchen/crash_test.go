package kitchen_test

const doomedFile = "KITCHEN_TEST_DOOMED_FILE"

func cookUntilKilled(string) {}
