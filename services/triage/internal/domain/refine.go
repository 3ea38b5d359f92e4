package domain

import "time"

// Refine gives the ticket its desk's process as its support centre refines it: with the centre's categories, guides and knowledge
// (R70, R134). Which centre that is follows from the ticket as it stands.
func (t *Ticket) Refine(at time.Time) (err error) {
	if t.Desk.Process == nil || len(t.Desk.Process.Overlays()) == 0 {
		return nil
	}
	t.Desk.Process, err = t.Desk.Process.Refined(t.ProcessFacts(at))
	return err
}
