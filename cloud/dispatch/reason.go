package dispatch

import "fmt"

// Reason is one sentence of why the plan does what it does, as a key with what it is about: pages say it in their language, String in English.
type Reason struct {
	Key  string `json:"key"`
	N    int    `json:"n,omitempty"`    // minutes, or orders
	Name string `json:"name,omitempty"` // of a driver
	Of   int    `json:"of,omitempty"`   // N of so many
}

// The keys. Minutes and Orders are counted by N; Driver is Name.
const (
	WhyAway       = "away"        // N minutes from the restaurant
	WhyThereIn    = "there_in"    // N minutes, after what is in the bag
	WhyOnShelf    = "on_shelf"    // the order
	WhyNoForecast = "no_forecast" // reckoned from the promise
	WhyReadyIn    = "ready_in"    // N minutes
	WhyFoodWaits  = "food_waits"  // N minutes
	WhyOneWay     = "one_way"     // N orders together
	WhyDearer     = "dearer"      // by N minutes of click-to-door, with the next best driver
	WhyLate       = "late"        // N minutes after the promise
	WhyByHand     = "by_hand"     // a person gave it to Name
	WhyHasIt      = "has_it"
	WhyFetches    = "fetches"
	WhyBetter     = "better" // than who has it
	WhyAsked      = "asked"
	WhyAfterBag   = "after_bag"
	WhyBest       = "best"
	WhyNotYet     = "not_yet"
	WhyUnplanned  = "unplanned" // its driver cannot be planned with
	WhyNoKitchen  = "no_kitchen"
	WhySomeAsked  = "someone_asked"
	WhyNobody     = "nobody_free"
	WhyNoWay      = "no_way"       // nobody knows where the door is
	WhyBySecond   = "by_second"    // N minutes, by another restaurant
	WhyTwoHouses  = "two_houses"   // the bag is filled at two
	WhyFirst      = "first"        // a dispatcher puts it first; Name is why
	WhyRaised     = "raised"       // a dispatcher has raised it; Name is why
	WhyRemade     = "remade"       // some of it was made again
	WhyOff        = "off_shift"    // Name is
	WhySilent     = "silent"       // nothing was heard of Name for N minutes
	WhyTooMany    = "too_many"     // Name has N orders more than the vehicle takes: a person wanted it so
	WhyToldThen   = "told_then"    // what follows was said to the driver who was asked
	WhyMuch       = "much_there"   // N of Of deliveries of the last 45 minutes were from there
	WhyLikely     = "likely_there" // as the day goes, more than elsewhere
	WhySaid       = "said"         // Name is the sentence: kept by a core that knew no keys
)

// Reasons are the keys there are, with the English sentence of each.
func Reasons() map[string]string {
	return map[string]string{
		WhyAway: "%d min away", WhyThereIn: "there in %d min", WhyOnShelf: "the order is on its shelf",
		WhyNoForecast: "the kitchen gave no forecast: reckoned from the promise", WhyReadyIn: "ready in %d min", WhyFoodWaits: "the food waits %d min",
		WhyOneWay: "%d orders on one way", WhyDearer: "the next best driver would cost %d min more", WhyLate: "%d min after the promise",
		WhyByHand: "a person gave it to %s", WhyHasIt: "%s has it", WhyFetches: "%s fetches it", WhyBetter: "%s would be better than who has it",
		WhyAsked: "%s is being asked", WhyAfterBag: "%s can have it after what is in the bag", WhyBest: "%s is best", WhyNotYet: "it is not time yet",
		WhyUnplanned: "it is with a driver who cannot be planned with", WhyNoKitchen: "the kitchen does not have it", WhySomeAsked: "a driver is being asked",
		WhyNobody: "no driver is free, near and willing", WhyBySecond: "there in %d min, by another restaurant", WhyTwoHouses: "fetched at two restaurants",
		WhyFirst: "a dispatcher puts it first", WhyRaised: "a dispatcher says it goes before others", WhyRemade: "it was made again: it goes before others",
		WhyNoWay: "nobody knows the way: the restaurant's own drivers bring it", WhySaid: "%s",
		WhyMuch: "%d of the %d deliveries of the last 45 minutes were from there", WhyLikely: "the next order is likely to be from there",
		WhyOff: "%s is off shift", WhySilent: "nothing was heard of %s for %d min", WhyToldThen: "what the driver was told:",
		WhyTooMany: "%s has %d more than fit",
	}
}

// String is the sentence in English.
func (r Reason) String() string {
	switch r.Key {
	case WhyAway, WhyThereIn, WhyBySecond, WhyReadyIn, WhyFoodWaits, WhyOneWay, WhyDearer, WhyLate:
		return fmt.Sprintf(Reasons()[r.Key], r.N)
	case WhyByHand, WhyHasIt, WhyFetches, WhyBetter, WhyAsked, WhyAfterBag, WhyBest, WhySaid, WhyOff:
		return fmt.Sprintf(Reasons()[r.Key], r.Name)
	}
	if r.Key == WhyMuch {
		if r.Of == 1 {
			return "the only delivery of the last 45 minutes was from there"
		}
		return fmt.Sprintf(Reasons()[r.Key], r.N, r.Of)
	}
	if r.Key == WhySilent || r.Key == WhyTooMany {
		return fmt.Sprintf(Reasons()[r.Key], r.Name, r.N)
	}
	if (r.Key == WhyFirst || r.Key == WhyRaised) && r.Name != "" {
		return fmt.Sprintf("%s (%s)", Reasons()[r.Key], r.Name)
	}
	return Reasons()[r.Key]
}

// Sentences are reasons in English.
func Sentences(why []Reason) []string {
	out := make([]string, len(why))
	for i, r := range why {
		out[i] = r.String()
	}
	return out
}
