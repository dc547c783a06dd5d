package order

import "math"

// Kilometres is the great circle between two places in degrees, WGS 84 (haversine), on a sphere of the mean Earth radius 6371 km: at most 0.5 % off.
func Kilometres(fromLat, fromLon, toLat, toLon float64) float64 {
	const rad, earth = math.Pi / 180, 6371.0
	s := math.Pow(math.Sin((toLat-fromLat)*rad/2), 2) +
		math.Cos(fromLat*rad)*math.Cos(toLat*rad)*math.Pow(math.Sin((toLon-fromLon)*rad/2), 2)
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(s)))
}
