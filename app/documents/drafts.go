package documents

import (
	"context"
	"slices"

	"bainian/app/people"
	"bainian/app/store"
)

// Drafts are the actor's own drafts, each as Draft gives it, the one saved last first: also of documents that were
// never published, which no list of published ones shows. What the actor may no longer edit is left out.
func (s *Shelf) Drafts(ctx context.Context, actor people.Person) (drafts []Doc, err error) {
	err = s.db.Read(ctx, func(rx *store.Rx) error {
		drafts = nil
		paths, err := store.All(rx, func(row store.Row) (path string, err error) {
			err = row.Scan(&path)
			return path, err
		}, `SELECT DISTINCT path FROM document_draft WHERE by_id = ?`, actor.ID)
		if err != nil {
			return err
		}
		slices.Sort(paths)
		for _, path := range paths {
			if mayEdit(actor, path) != nil {
				continue
			}
			d, err := s.draftIn(rx, actor, path)
			if err != nil {
				return err
			}
			drafts = append(drafts, d)
		}
		slices.SortStableFunc(drafts, func(a, b Doc) int { return b.PublishedAt.Compare(a.PublishedAt) })
		return nil
	})
	return drafts, err
}
