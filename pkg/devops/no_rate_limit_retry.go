package devops

import "context"

type noRateLimitRetryKey struct{}

// WithoutRateLimitRetry returns a context whose calls do not wait after a 429,
// which is returned at once with Error.RetryAfter. It is for callers that pace
// many calls themselves.
func WithoutRateLimitRetry(ctx context.Context) context.Context {
	return context.WithValue(ctx, noRateLimitRetryKey{}, true)
}

func skipsRateLimitRetry(ctx context.Context) bool {
	is, _ := ctx.Value(noRateLimitRetryKey{}).(bool)
	return is
}
