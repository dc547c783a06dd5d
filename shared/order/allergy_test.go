package order_test

import (
	"slices"
	"testing"

	"awesome.pizza/shared/order"
)

func TestNoWordForAnAllergyIsOverlookedInTheLanguagesOfGuests(t *testing.T) {
	t.Parallel()
	for _, note := range []string{
		"Allergy: nuts", "fils céliaque", "guest is ALLERGIC to milk", "coeliac", "celiac disease", "lactose intolerant", "anaphylaxis!",
		"allergia alle noci", "è allergico", "intollerante al lattosio", "celiachia", "celiaca",
		"alergia a los frutos secos", "ALÉRGICO", "soy celíaco", "intolerancia", "anafilaxia", "alérgica a nozes", "intolerância à lactose", "doente celíaca",
		"allergie aux noix", "allergique", "intolérant au lactose", "maladie cœliaque", "coeliaque",
		"Nussallergie", "allergisch gegen Fisch", "Laktoseintoleranz", "Zöliakie", "Zoeliakie", "Unverträglichkeit", "Unvertraeglichkeit",
		"ale\u0301rgico", "intole\u0301rant", "Zo\u0308liakie", "cel\u00edaco",
	} {
		if !order.SpeaksOfAllergy(note) {
			t.Errorf("%q is overlooked", note)
		}
	}
	for _, note := range []string{"", "well done", "cut in eight", "ring twice", "no onions", "für Oma", "extra crispy", "gallery entrance, 3rd floor"} {
		if order.SpeaksOfAllergy(note) {
			t.Errorf("%q is taken for an allergy", note)
		}
	}
}

func TestALineSaysWhatIsInItThatMustNotBe(t *testing.T) {
	t.Parallel()
	l := order.Line{Allergens: []string{"gluten", "milk", "nuts"}, Avoid: []string{"fish", "milk", "nuts"}}
	if got := l.Conflict(); !slices.Equal(got, []string{"milk", "nuts"}) {
		t.Errorf("%v", got)
	}
	if got := (order.Line{Avoid: []string{"fish"}}).Conflict(); got != nil {
		t.Errorf("%v", got)
	}
}
