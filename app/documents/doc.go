// Package documents keeps everything that people write for the program to read: lessons, courses, banks,
// exams, the pledge, the sources that lessons cite, the programme of a cohort, the gate's policy and the facts of
// the company. Each is a document of versions that never change; a new one comes from a file at start-up or from
// the web.
//
// Vocabulary. A document is named by the path of its base file; its translations are sibling files
// (01-red-line.md, 01-red-line.en.md) and belong to the same version. The Shelf is all documents. A head is
// what is known of a version without its text. The edition is a number that grows with every publication:
// what was parsed at an edition is good until the number moves. A draft is one author's unpublished text on
// top of the version it started from. A conflict is a file that changed although the web had published since
// the file was last loaded: the web's version stays, until a person decides. A document whose file is gone is
// retired: it has a last version that says so, and no longer shows.
//
// Tables: document (what is current), document_version, document_draft, document_conflict, document_edition.
package documents
