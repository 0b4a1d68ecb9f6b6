// Package people is the Directory: who works here, what they may do, and proof that it is them.
//
// Vocabulary. A person is an employee with roles and a manager; the managers above them are their line. They
// sign in with e-mail or employee number and a password, which opens a session on the server; the browser holds
// a token, the database only its hash. An invitation lets somebody choose their password. A deactivation closes a
// person's account at once and for good until a reactivation; both are records with a reason. An API token lets a
// machine ask, and belongs to no person.
//
// Tables. employee is the present state; employee_change is every change to it with who, when, what and why.
// credential holds the password's hash, session the sessions, sign_in every try to sign in (the throttle counts
// the failed ones), invitation the invitations, api_token the machines' tokens. employee_import and
// employee_import_row hold an import between its reading and the one transaction that applies it.
//
// Facts about people are never cached: a session is one read, and what it says was true at that read.
package people
