package suite

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// pollHealth is how often a service that starts is asked whether it serves.
const pollHealth = 20 * time.Millisecond

// serving returns when one of the five says that it serves: not when its process is there.
func (g *ground) serving(ctx context.Context, name string) error {
	check := g.gatewayReady
	if target, ok := g.grpcTarget(name); ok {
		conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{
			RootCAs: g.ca.Roots(), MinVersion: tls.VersionTLS13,
		})), grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: time.Second}))
		if err != nil {
			return err
		}
		defer conn.Close() // it was only asked
		check = func(ctx context.Context) error { return healthy(ctx, conn) }
	}
	ticker := time.NewTicker(pollHealth)
	defer ticker.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("%s does not serve: %w", name, err)
		}
	}
}

func (g *ground) grpcTarget(name string) (string, bool) {
	target, ok := map[string]string{
		"intake": g.addresses.Intake, "triage": g.addresses.Triage,
		"notify": g.addresses.Notify, "reporting": g.addresses.Reporting,
	}[name]
	return target, ok
}

func healthy(ctx context.Context, conn *grpc.ClientConn) error {
	conn.ResetConnectBackoff() // it is expected to come any moment
	answer, err := grpc_health_v1.NewHealthClient(conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		return err
	}
	if answer.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		return fmt.Errorf("it says %s", answer.GetStatus())
	}
	return nil
}

func (g *ground) gatewayReady(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address(g.ports.GatewayAdmin)+"/readyz", nil)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: time.Second}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("it says %s", response.Status)
	}
	return nil
}
