package printer_test

import (
	"strings"
	"testing"

	"awesome.pizza/edge/printer"
)

func TestAPrinterThatCannotBeSaysWhatToWriteInstead(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*printer.Spec){
		"":                      func(*printer.Spec) {},
		"letters, digits":       func(s *printer.Spec) { s.ID = "a/b" },
		"write host:port":       func(s *printer.Spec) { s.Address = "192.168.1.50" },
		"48, 42 or 32":          func(s *printer.Spec) { s.Width = 80 },
		"one of [pc437":         func(s *printer.Spec) { s.CodePage = "utf-8" },
		"en or it":              func(s *printer.Spec) { s.Language = "de" },
		"1 to 3600":             func(s *printer.Spec) { s.TakeoverSeconds = -1 },
		"none of [ticket":       func(s *printer.Spec) { s.Jobs = append(s.Jobs, "test") },
		"no station":            func(s *printer.Spec) { s.Stations = []string{"cellar"} },
		"no other printer":      func(s *printer.Spec) { s.Backup = s.ID },
		"footer 8 lines":        func(s *printer.Spec) { s.Header = make([]string, 9) },
		"it can have 100":       func(s *printer.Spec) { s.Footer = []string{strings.Repeat("x", 101)} },
		"one of that id":        func(s *printer.Spec) { s.ID = "p2" },
		"the name can have 100": func(s *printer.Spec) { s.Name = strings.Repeat("x", 101) },
	} {
		all := two()
		change(&all[0])
		err := printer.Check(all)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := printer.Check(make([]printer.Spec, 33)); err == nil || !strings.Contains(err.Error(), "33 printers are more than the 32") {
		t.Error(err)
	}
}
