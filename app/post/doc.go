// Package post carries words out of the house: mail by SMTP, and webhooks signed as Standard Webhooks asks
// (https://www.standardwebhooks.com).
//
// Vocabulary. A dispatch is one mail or webhook, put on record in the transaction of its cause; a job sends it after
// that has committed, again and again with a growing wait until it went or the queue gives up, and each try is on record.
// Where no mail server or no URL is configured the dispatch is on record as that, and nothing is sent. A dispatch can
// leave twice, when the program ends between the sending and the record of it: its id, in Message-ID and webhook-id, is
// the same.
//
// Tables: dispatch, dispatch_try.
package post
