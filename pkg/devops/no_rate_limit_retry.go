package devops

import "context"

type impatientKey struct{}

// WithoutRateLimitRetry returns a context whose calls do not wait when the service asks for
// fewer requests: a 429 is returned at once, with Error.RetryAfter. It is for
// callers that make many calls and spread them themselves.
func WithoutRateLimitRetry(ctx context.Context) context.Context {
	return context.WithValue(ctx, impatientKey{}, true)
}

func impatient(ctx context.Context) bool {
	is, _ := ctx.Value(impatientKey{}).(bool)
	return is
}
