// A program for pods of tests: it serves, speaks, copies its input, fails, waits or tries a port, as its first argument says.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	what := "serve"
	if len(os.Args) > 1 {
		what = os.Args[1]
	}
	switch what {
	case "serve":
		fmt.Println("serving")
		http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello") })
		fmt.Println(http.ListenAndServe(":8080", nil))
	case "say":
		fmt.Println(os.Args[2:])
	case "cat":
		io.Copy(os.Stdout, os.Stdin)
	case "listen":
		if _, err := net.Listen("tcp", ":"+os.Args[2]); err != nil {
			fmt.Println("taken")
		} else {
			fmt.Println("free")
		}
	case "wait":
		time.Sleep(time.Hour)
	case "fail":
		fmt.Fprintln(os.Stderr, "failing as told")
		os.Exit(3)
	}
}
