// Package blobs keeps files that are too large for the database: what people upload and record.
//
// Vocabulary. A blob is a file that never changes, named by the SHA-256 of its bytes, so that the same bytes are
// kept once and a name that is in a journal proves what they were. A draft is a blob that has been written and
// hashed, and is not there for anybody yet. A tray holds the parts of one file on its way in, until they are put
// together.
//
// The store is a folder: ab/cdef… for a blob whose hash begins with abcdef, parts/<tray>/<number> for the parts,
// and tmp/ for what is being written. Whatever has been stored when a call returns is still there after a power
// cut: it is written to tmp/, synced, renamed into its place, and the folder is synced. A half-written file never
// has a name that anybody reads.
//
// The store knows no database. Who may see a blob, and whether anybody still needs it, is for the domain to say
// that keeps its name.
package blobs
