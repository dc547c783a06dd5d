package api_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"awesome.pizza/cloud/api"
	"awesome.pizza/shared/order"
)

// BenchmarkPlaceHTTP is a durable order over a real socket, beside a handler that does nothing in the same run: the ratio says what our
// code and the database's commit add to HTTP itself.
func BenchmarkPlaceHTTP(b *testing.B) {
	c := open(b, func(_ *api.Deps, s *api.Settings) { s.PerMinute = -1 })
	null := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusCreated)
	}))
	defer null.Close()
	body := mustJSON(b, basket(order.ByDelivery))
	for _, x := range []struct{ name, url string }{{"null", null.URL}, {"order", c.url + "/api/orders"}} {
		b.Run(x.name, func(b *testing.B) {
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			defer client.CloseIdleConnections()
			b.SetParallelism(16)
			b.ReportAllocs()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					res, err := client.Post(x.url, "application/json", bytes.NewReader(body))
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, res.Body)
					if _ = res.Body.Close(); res.StatusCode != http.StatusCreated {
						b.Errorf("status %d", res.StatusCode)
						return
					}
				}
			})
		})
	}
}
