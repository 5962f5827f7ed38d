// requests sends what the reference sends for ConfigMaps (kapp spec, sections 8.1 and 8.2), with its client library and
// its bounds, and does nothing else: no templates, no diffs, no output. Whatever sends these takes at least as long.
//
//	requests create|update|delete OBJECTS -n NAMESPACE
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	label      = "kapp.k14s.io/app"
	value      = "1795802666634056857"
	selector   = label + "=" + value
	existence  = 100 // --existing-non-labeled-resources-check-concurrency
	concurrent = 5   // --apply-concurrency, --wait-concurrency
)

var (
	configMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	background = context.Background()
)

type cluster struct {
	discovery *discovery.DiscoveryClient
	client    dynamic.Interface
	namespace string
	objects   int
}

func main() {
	objects, err := strconv.Atoi(os.Args[2])
	check(err)
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	check(err)
	config.QPS, config.Burst = 1000, 1000
	found, err := discovery.NewDiscoveryClientForConfig(config)
	check(err)
	client, err := dynamic.NewForConfig(config)
	check(err)
	c := cluster{found, client, os.Args[4], objects}
	switch kinds := c.kinds(); os.Args[1] {
	case "create":
		c.each(existence, c.get)
		c.each(concurrent, func(n int) {
			made, err := c.configMaps().Create(background, c.object(n), metav1.CreateOptions{})
			check(err)
			c.record(made)
		})
		c.each(concurrent, c.get)
	case "update":
		all, err := client.Resource(configMaps).List(background, metav1.ListOptions{LabelSelector: selector})
		check(err)
		c.each(concurrent, func(n int) {
			changed := all.Items[n].DeepCopy()
			check(unstructured.SetNestedField(changed.Object, "two", "data", "key"))
			written, err := c.configMaps().Update(background, changed, metav1.UpdateOptions{})
			check(err)
			c.record(written)
		})
		c.each(concurrent, c.get)
	case "delete":
		c.list(kinds)
		c.each(concurrent, func(n int) {
			check(c.configMaps().Delete(background, name(n), metav1.DeleteOptions{}))
		})
		c.each(concurrent, c.get)
		c.list(c.kinds())
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func name(n int) string { return fmt.Sprintf("requests%05d", n) }

func (c cluster) configMaps() dynamic.ResourceInterface {
	return c.client.Resource(configMaps).Namespace(c.namespace)
}

// kinds discovers what can be listed.
func (c cluster) kinds() []schema.GroupVersionResource {
	_, lists, err := c.discovery.ServerGroupsAndResources()
	check(err)
	var found []schema.GroupVersionResource
	for _, list := range lists {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		check(err)
		for _, resource := range list.APIResources {
			if slices.Contains(resource.Verbs, "list") {
				found = append(found, version.WithResource(resource.Name))
			}
		}
	}
	return found
}

// each calls do for every object, in that many goroutines.
func (c cluster) each(bound int, do func(int)) {
	var all sync.WaitGroup
	numbers := make(chan int)
	for range bound {
		all.Add(1)
		go func() {
			defer all.Done()
			for n := range numbers {
				do(n)
			}
		}()
	}
	for n := range c.objects {
		numbers <- n
	}
	close(numbers)
	all.Wait()
}

// get asks for an object, whether it is there or not.
func (c cluster) get(n int) {
	_, _ = c.configMaps().Get(background, name(n), metav1.GetOptions{})
}

// list lists the application's objects of every kind at once.
func (c cluster) list(kinds []schema.GroupVersionResource) {
	var all sync.WaitGroup
	for _, kind := range kinds {
		all.Add(1)
		go func() {
			defer all.Done()
			_, _ = c.client.Resource(kind).List(background, metav1.ListOptions{LabelSelector: selector})
		}()
	}
	all.Wait()
}

func (c cluster) object(n int) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{
			"name": name(n), "namespace": c.namespace,
			"labels":      map[string]any{label: value, "kapp.k14s.io/association": "v1.0123456789abcdef0123456789abcdef"},
			"annotations": map[string]any{"kapp.k14s.io/identity": "v1;" + c.namespace + "//ConfigMap/" + name(n) + ";v1"},
		},
		"data": map[string]any{"key": "one", "other": "some text of ordinary length"},
	}}
}

// record is the second write: what was applied goes into an annotation.
func (c cluster) record(stored *unstructured.Unstructured) {
	notes := stored.GetAnnotations()
	notes["kapp.k14s.io/original"] = fmt.Sprintf(`{"apiVersion":"v1","data":{"key":"one","other":"some text of ordinary `+
		`length"},"kind":"ConfigMap","metadata":{"labels":{"%s":"%s"},"name":"%s","namespace":"%s"}}`+"\n",
		label, value, stored.GetName(), c.namespace)
	notes["kapp.k14s.io/original-diff-md5"] = "58e0494c51d30eb3494f7c9198986bb9"
	stored.SetAnnotations(notes)
	_, err := c.configMaps().Update(background, stored, metav1.UpdateOptions{})
	check(err)
}
