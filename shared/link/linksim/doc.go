// Package linksim lives whole evenings of a chain in a few milliseconds: restaurants with their cards and clocks, the network, the hub and
// the cloud's database are simulated from one seed, and the production core of shared/link, shared/escrow and shared/order runs among
// them. After every step the promises of the link are held against what an all-knowing observer saw.
//
// The same seed lives the same evening, on every machine: no map is walked, no clock is read and no goroutine runs in here. Not in here
// either: sockets, SQLite, Postgres and the real hub, which deploy/e2e hurts on purpose.
package linksim
