// Command bainian takes a new hire from the first lesson to the first sales lead.
package main

import "bainian/app/server"

func main() { server.Main() }
