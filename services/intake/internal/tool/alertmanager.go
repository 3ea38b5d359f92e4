package tool

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bavn/bavn/services/intake/internal/domain"
)

// alertGroup is Alertmanager's webhook, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
type alertGroup struct {
	Version           string            `json:"version"`
	GroupKey          string            `json:"groupKey"`
	Status            string            `json:"status"` // of the group: "firing" while any is
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
	Alerts            []alert           `json:"alerts"`
}

type alert struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
	Fingerprint string            `json:"fingerprint"`
}

const (
	firing = "firing"
	// alertsShown bounds the description of a group.
	alertsShown = 20
)

// readAlertmanager reads a group, which is one alarm: Alertmanager groups what belongs together, and a group key is its name.
func readAlertmanager(d Delivery) (*domain.News, error) {
	var group alertGroup
	if err := json.Unmarshal(d.Body, &group); err != nil {
		return nil, fmt.Errorf("read Alertmanager's webhook: %w", err)
	}
	if group.Version != "4" || group.GroupKey == "" || len(group.Alerts) == 0 {
		return nil, fmt.Errorf("read Alertmanager's webhook: version 4 with a group key and alerts is expected")
	}
	alarm, said := domain.Alarm{Severity: group.CommonLabels["severity"]}, time.Time{}
	for _, a := range group.Alerts {
		if a.Status == firing {
			alarm.Sounding, alarm.Began = true, later(alarm.Began, a.StartsAt)
			said = later(said, a.StartsAt)
			continue
		}
		alarm.Ended = later(alarm.Ended, a.EndsAt)
		said = later(said, a.EndsAt)
	}
	return &domain.News{
		Issue: digest([]byte(group.GroupKey)), Said: said.UTC(), Alarm: &alarm, Title: group.title(), Description: group.describe(),
	}, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (g alertGroup) title() string {
	name := cmp.Or(g.CommonLabels["alertname"], g.GroupLabels["alertname"], g.Alerts[0].Labels["alertname"], "Alert")
	summary := cmp.Or(g.CommonAnnotations["summary"], g.Alerts[0].Annotations["summary"])
	if summary == "" {
		return name
	}
	return name + ": " + summary
}

func (g alertGroup) describe() string {
	var b strings.Builder
	if text := g.CommonAnnotations["description"]; text != "" {
		b.WriteString(text + "\n\n")
	}
	for i, a := range g.Alerts {
		if i == alertsShown {
			fmt.Fprintf(&b, "… %d more\n", len(g.Alerts)-i)
			break
		}
		fmt.Fprintf(&b, "%s since %s:", a.Status, a.StartsAt.UTC().Format(time.RFC3339))
		for _, name := range slices.Sorted(maps.Keys(a.Labels)) {
			fmt.Fprintf(&b, " %s=%q", name, a.Labels[name])
		}
		b.WriteByte('\n')
		if text := a.Annotations["description"]; text != "" && text != g.CommonAnnotations["description"] {
			b.WriteString("  " + text + "\n")
		}
	}
	return b.String()
}
