package wire

// Rights are the topics (exact names or filters) that one device may publish and read. What is not listed is denied.
type Rights struct {
	Publish []string
	Read    []string
}

// OvenRights are what an oven of a kitchen needs. Telemetry and alerts share one topic per kitchen, so whoever receives them
// must compare oven_id and device in the payload with the name the sender signed in with.
func OvenRights(kitchen, oven string) Rights {
	return Rights{
		Publish: []string{OvenTelemetryTopic(kitchen), OvenEventTopic(kitchen, oven), AlertTopic(kitchen)},
		Read:    []string{OvenCommandTopic(kitchen, oven)},
	}
}

// SensorRights are what a probe, scale, button or stack light of a kitchen needs. The broker is the kitchen's own, so the order events on
// it are too.
func SensorRights(kitchen, device string) Rights {
	return Rights{
		Publish: []string{ProbeTopic(kitchen, device), ScaleTopic(kitchen, device), ButtonTopic(kitchen, device), AlertTopic(kitchen)},
		Read:    []string{LightTopic(kitchen, device), AlertTopic(kitchen), OrderEventTopic("+")},
	}
}

// DriverRights are what a driver's phone needs. Forecasts of its orders are granted per order, while it carries them.
func DriverRights(driver string) Rights {
	return Rights{
		Publish: []string{DriverLocationTopic(driver), DriverStatusTopic(driver)},
		Read:    []string{OfferTopic(driver)},
	}
}
