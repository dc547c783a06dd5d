package api

import "context"

type deviceInput struct {
	ID     string `path:"restaurantId"`
	Device string `path:"device" minLength:"1" maxLength:"128" doc:"its public NKey"`
}

// revokeDevice cuts a device off by its key: one that the database has forgotten is no restaurant's node, and the hub lets it in.
func (a *API) revokeDevice(ctx context.Context, in *deviceInput) (*revokeOutput, error) {
	out := &revokeOutput{}
	out.Body.Restaurant, out.Body.Device = in.ID, in.Device
	return out, a.Fleet.RevokeDevice(ctx, in.ID, in.Device)
}
