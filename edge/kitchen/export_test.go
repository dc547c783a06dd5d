package kitchen

import "context"

// Held are how many things the kitchen has in mind, by what they are: none of them may grow with time.
func (k *Kitchen) Held() map[string]int {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return map[string]int{
		"tickets": len(k.board.tickets), "alerts": len(k.board.alerts), "timers": len(k.board.timers), "screens": len(k.board.screens),
		"days": len(k.board.numbers), "bumps": len(k.lately),
	}
}

// FireDue fires what is due, as Run does.
func (k *Kitchen) FireDue(ctx context.Context) error { return k.fireDue(ctx) }
