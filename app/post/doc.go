// Package post carries words out of the house: mail by SMTP, and webhooks signed as Standard Webhooks asks
// (https://www.standardwebhooks.com), whose body is a CloudEvents 1.0 event in JSON.
//
// Vocabulary. A dispatch is one mail, or one webhook to the endpoint that the operator has configured; it is put on
// record in the transaction of its cause, and a job sends it after that has committed, again and again with a growing
// wait until it went or the queue gives up. Each try is on record. Where no mail server or no URL is configured the
// dispatch is on record as that, and nothing is sent. It can leave twice, when the program ends between the sending and
// the record of it: its id, in Message-ID and webhook-id, is the same.
//
// An event is what happened, for every webhook that an admin has subscribed to its kind. One with a topic holds the whole
// state of somebody and a sequence that grows, so that one that comes twice or late does no harm: a receiver keeps the
// highest. A delivery is one event on its way to one webhook. Each webhook has a line of its own, worked off by one worker,
// what is urgent first; a later event takes the earlier ones about its topic out of the line. A delivery is tried ten
// times within three days, a redirection is a failure, and who answers 410 is disabled.
//
// A webhook's URL is what an admin has entered, so it is trusted with nothing: at the moment of dialling each address is
// checked (Networks), whatever name led to it.
//
// Tables: dispatch, dispatch_try; event, webhook, webhook_change, webhook_key, delivery, delivery_try.
package post
