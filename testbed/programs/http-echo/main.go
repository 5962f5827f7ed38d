// A web server that answers every request with one text, for pods of tests.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
)

func main() {
	text := flag.String("text", "", "what to answer")
	listen := flag.String("listen", ":5678", "address")
	version := flag.Bool("version", false, "print the version and end")
	flag.Parse()
	if *version {
		fmt.Println("http-echo 1.0.0")
		return
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, *text) })
	log.Printf("Server is listening on %s", *listen)
	log.Fatal(http.ListenAndServe(*listen, nil))
}
