package profile

import (
	"cmp"
	"slices"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Arrival is what is known of a report at the door.
type Arrival struct {
	// Way is how it came; Channel the profile's name of it, where that is said.
	Way     profilev1.Way
	Channel string
	// FoundInside is true for what a party found itself (R3).
	FoundInside bool
	// Parties are those that the reporter has a part in, Registered is the group that they are registered with, and Group is the
	// one that the report says.
	Parties    []string
	Registered string
	Group      string
	// OwnNumber is true when the number of the ticket in the reporter's own tool is told (R13).
	OwnNumber bool
}

// Grounds on which a report is not let in, as the contract calls them.
const (
	// ReporterRefused: who reports is of a group that does not report here, and is told where to turn (R12).
	ReporterRefused = "REPORTER_REFUSED"
	// ChannelClosed: the desk takes nothing in by this way (R3).
	ChannelClosed = "CHANNEL_CLOSED"
	// ChannelOfOthers: this way is for other groups (R11).
	ChannelOfOthers = "CHANNEL_OF_OTHERS"
)

// Admission is how a report comes in, or why it does not.
type Admission struct {
	// Channel is the profile's, nil where it has none of that name; Group the reporter's, nil where it is not known.
	Channel *profilev1.IntakeChannel
	Group   *profilev1.ReporterGroup
	// Ground is why it is not let in; empty when it is. Why is the setting that says so.
	Ground string
	Why    Why
	// Instead are the channels that are open to the reporter.
	Instead []*profilev1.IntakeChannel
	// OwnNumberMissing: it is let in, once the reporter tells the number of their own ticket (R13).
	OwnNumberMissing bool
}

// Admit says whether a report is let in (R3, R11-R13).
func (r *Reception) Admit(a Arrival) Admission {
	p := r.process
	admitted := Admission{Channel: r.channel(a), Group: r.group(p.ReporterGroup(a.Parties, cmp.Or(a.Registered, a.Group)))}
	if admitted.Group == nil && a.Group == "" && len(a.Parties) == 0 {
		admitted.Group = r.outsider(admitted.Channel)
	}
	group, channel := admitted.Group, admitted.Channel
	switch {
	case group.GetRefused():
		admitted.Ground = ReporterRefused
		admitted.Why = p.Because("reporter_groups["+group.GetId()+"]", group, map[string]string{"reporter_group": a.Group})
		return admitted
	case channel.GetClosed(), channel == nil && a.Channel == "":
		admitted.Ground = ChannelClosed
		admitted.Why = p.Because(channelRule(channel), channel, nil)
	case !among(channel.GetReporters(), group.GetId()):
		admitted.Ground = ChannelOfOthers
		admitted.Why = p.Because("channels["+channel.GetId()+"].reporters", channel, map[string]string{"reporter_group": group.GetId()})
	case group.GetOwnNumberRequired() && !a.OwnNumber:
		admitted.OwnNumberMissing = true
	}
	if admitted.Ground != "" {
		admitted.Instead = r.open(group.GetId())
	}
	return admitted
}

func channelRule(channel *profilev1.IntakeChannel) string {
	if channel == nil {
		return "channels"
	}
	return "channels[" + channel.GetId() + "]"
}

// channel is the profile's name of a way: the one that is said; where a party found it itself, the one for that; else the first
// of the way. A program that reports for a person comes in by the web where there is no integration.
func (r *Reception) channel(a Arrival) *profilev1.IntakeChannel {
	channels := r.Settings().GetChannels()
	find := func(fits func(*profilev1.IntakeChannel) bool) *profilev1.IntakeChannel {
		if at := slices.IndexFunc(channels, fits); at >= 0 {
			return channels[at]
		}
		return nil
	}
	if a.Channel != "" {
		return find(func(c *profilev1.IntakeChannel) bool { return c.GetId() == a.Channel })
	}
	ways := []profilev1.Way{a.Way}
	switch {
	case a.FoundInside:
		ways = []profilev1.Way{profilev1.Way_WAY_INTERNAL, a.Way}
	case a.Way == profilev1.Way_WAY_API:
		ways = append(ways, profilev1.Way_WAY_WEB)
	}
	for _, way := range ways {
		if c := find(func(c *profilev1.IntakeChannel) bool { return c.GetWay() == way }); c != nil {
			return c
		}
	}
	return nil
}

func (r *Reception) group(id string) *profilev1.ReporterGroup {
	for _, group := range r.Settings().GetReporterGroups() {
		if group.GetId() == id {
			return group
		}
	}
	return nil
}

// outsider is the group of who has no part in the desk and does not say what they report as: the one that a way is for, such as
// the public site (R11); else one of those who are refused, where the profile refuses some, since its list of reporters is then
// complete (R12). Nil where everybody may report.
func (r *Reception) outsider(by *profilev1.IntakeChannel) *profilev1.ReporterGroup {
	if of := by.GetReporters(); len(of) == 1 && len(r.group(of[0]).GetParties()) == 0 {
		return r.group(of[0])
	}
	for _, group := range r.Settings().GetReporterGroups() {
		if group.GetRefused() {
			return group
		}
	}
	return nil
}

// open are the channels that a group may use.
func (r *Reception) open(group string) []*profilev1.IntakeChannel {
	var open []*profilev1.IntakeChannel
	for _, channel := range r.Settings().GetChannels() {
		internal := channel.GetWay() == profilev1.Way_WAY_INTERNAL
		if !channel.GetClosed() && !internal && among(channel.GetReporters(), group) {
			open = append(open, channel)
		}
	}
	return open
}
