package sandbox

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestHead compares HEAD with GET, in process and served.
func TestHead(t *testing.T) {
	w := newTestSandbox(t)
	server := httptest.NewServer(w.server)
	t.Cleanup(server.Close)
	for path, want := range map[string]int{"/v2/databases": 200, "/v2/databases/" + unknownID: 404, "/v2/nope": 404, "/v2/clientIdSecrets": 200} {
		for url, client := range map[string]http.RoundTripper{w.url: w.server.RoundTripper(), server.URL: http.DefaultTransport} {
			request, err := http.NewRequestWithContext(context.Background(), http.MethodHead, url+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+w.status.Token)
			answer, err := client.RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err != nil || answer.StatusCode != want || len(body) > 0 || answer.Header.Get("Content-Type") == "" {
				t.Errorf("HEAD %s%s: %d %q %v, %v", url, path, answer.StatusCode, body, answer.Header, err)
			}
		}
	}
}
