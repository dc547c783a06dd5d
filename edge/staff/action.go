package staff

// Action is what somebody does that not everybody may.
type Action string

// The actions that have a level. A cook's hands (start, bump, undo, hold, confirm, hand over) have none: nobody signs in to cook.
const (
	Void           Action = "void"
	TakeBack       Action = "take_back" // of what was handed over
	GiveUnpaid     Action = "hand_over_unpaid"
	RemakeFinished Action = "remake_finished" // of what was done already
	Rush           Action = "rush"
	Change         Action = "change"
	EightySix      Action = "86"
	StockCount     Action = "stock_count"
	StockWaste     Action = "stock_waste"
	StockReceipt   Action = "stock_receipt"
	Thresholds     Action = "thresholds"
	Pause          Action = "pause"
	DayOpen        Action = "day_open"
	DayClose       Action = "day_close"
	SeeTill        Action = "see_till"
	TakePayment    Action = "take_payment"
	Refund         Action = "refund"
	Discount       Action = "discount"
	NoSale         Action = "no_sale"
	Drop           Action = "drop"
	PayOut         Action = "pay_out"
	OwnDriver      Action = "own_driver"
	SeeDispatch    Action = "see_dispatch"
	AssignDriver   Action = "assign_driver"
	FindCustomer   Action = "find_customer"
	ForgetCustomer Action = "forget_customer"
	Reprint        Action = "reprint_receipt"
	TestPage       Action = "print_test"
	OvenWorks      Action = "oven_works"
	UnplugScreen   Action = "unplug_screen"
	ReadAudit      Action = "read_audit"
)

// What the log tells of people themselves. These have no level.
const (
	SignedIn   Action = "signed_in"
	SignedOut  Action = "signed_out"
	WrongPIN   Action = "wrong_pin"
	PINChanged Action = "pin_changed"
)

// Level is a row of the table: who may do something without anybody else's word, and how people call it.
type Level struct {
	Action Action
	Role   Role
	Words  string
}

// Levels are the table.
func Levels() []Level {
	return []Level{
		{Void, Manager, "void an order"},
		{TakeBack, Counter, "take back what was handed over"},
		{GiveUnpaid, Counter, "hand over what is not paid"},
		{RemakeFinished, Cook, "make finished food again"},
		{Rush, Counter, "rush an order"},
		{Change, Counter, "change an order"},
		{EightySix, Counter, "86 something"},
		{StockCount, Counter, "count stock"},
		{StockWaste, Cook, "write off stock"},
		{StockReceipt, Counter, "receive stock"},
		{Thresholds, Manager, "set thresholds"},
		{Pause, Manager, "pause orders"},
		{DayOpen, Counter, "open the day"},
		{DayClose, Manager, "close the day"},
		{SeeTill, Counter, "look into the till"},
		{TakePayment, Counter, "take a payment"},
		{Refund, Manager, "give money back"},
		{Discount, Manager, "give a discount"},
		{NoSale, Manager, "open the drawer without a sale"},
		{Drop, Counter, "bring cash to the safe"},
		{PayOut, Manager, "pay something out of the drawer"},
		{OwnDriver, Counter, "send an own driver"},
		{SeeDispatch, Counter, "look at who brings what"},
		{AssignDriver, Manager, "say who brings an order"},
		{FindCustomer, Counter, "look a customer up"},
		{ForgetCustomer, Manager, "forget a customer"},
		{Reprint, Counter, "print a receipt again"},
		{TestPage, Cook, "print a test page"},
		{OvenWorks, Cook, "say that an oven works again"},
		{UnplugScreen, Counter, "put a screen away"},
		{ReadAudit, Manager, "read the audit log"},
	}
}

// LevelOf is the row of an action. One that is not in the table is a shift manager's.
func LevelOf(a Action) Level {
	for _, l := range Levels() {
		if l.Action == a {
			return l
		}
	}
	return Level{a, Manager, "do that"}
}
