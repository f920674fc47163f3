// netpol enforces NetworkPolicy (networking.k8s.io/v1, IPv4) on a one-node cluster: it watches pods, namespaces and
// policies and writes them as iptables chains.
//
// The chain NETPOL stands first in FORWARD, and in INPUT for pods that call the node or the API server. It sends a packet through
// NETPOL-E-<pod> if its source is under an egress policy, then through NETPOL-I-<pod> if its destination is under an
// ingress policy. In these RETURN allows, and the last rule drops.
package main

import (
	"bytes"
	"context"
	"flag"
	"log"
	"os/exec"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	net "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// lead puts NETPOL first in a chain: kube-proxy, too, inserts its rules there.
func lead(chain string) {
	jump := "-A " + chain + " -j NETPOL"
	if first, _ := exec.Command("iptables", "-w", "-S", chain, "1").Output(); strings.TrimSpace(string(first)) == jump {
		return
	}
	exec.Command("iptables", "-w", "-D", chain, "-j", "NETPOL").Run()
	if out, err := exec.Command("iptables", "-w", "-I", chain, "-j", "NETPOL").CombinedOutput(); err != nil {
		log.Printf("%s: %v %s", chain, err, out)
	}
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	factory := informers.NewSharedInformerFactory(kubernetes.NewForConfigOrDie(config), 0)
	pods, namespaces, policies := factory.Core().V1().Pods(), factory.Core().V1().Namespaces(), factory.Networking().V1().NetworkPolicies()
	changed := make(chan struct{}, 1)
	note := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { note() }, UpdateFunc: func(any, any) { note() }, DeleteFunc: func(any) { note() }}
	for _, informer := range []cache.SharedIndexInformer{pods.Informer(), namespaces.Informer(), policies.Informer()} {
		informer.AddEventHandler(handler)
	}
	factory.Start(context.Background().Done())
	factory.WaitForCacheSync(context.Background().Done())

	read := func() cluster {
		c := cluster{namespaces: map[string]map[string]string{}}
		all, _ := pods.Lister().List(labels.Everything())
		for _, p := range all {
			if p.Status.PodIP != "" && !p.Spec.HostNetwork && p.Status.Phase != core.PodSucceeded && p.Status.Phase != core.PodFailed {
				c.pods = append(c.pods, p)
			}
		}
		slices.SortFunc(c.pods, func(a, b *core.Pod) int { return strings.Compare(string(a.UID), string(b.UID)) })
		spaces, _ := namespaces.Lister().List(labels.Everything())
		for _, n := range spaces {
			c.namespaces[n.Name] = n.Labels
		}
		c.policies, _ = policies.Lister().List(labels.Everything())
		slices.SortFunc(c.policies, func(a, b *net.NetworkPolicy) int { return strings.Compare(string(a.UID), string(b.UID)) })
		return c
	}
	var last string
	var before map[string][]string
	for {
		select {
		case <-changed:
			time.Sleep(100 * time.Millisecond) // several changes in one go
		case <-time.After(10 * time.Second):
		}
		chains := read().chains()
		if s := script(chains, before); s != last {
			restore := exec.Command("iptables-restore", "-w", "--noflush")
			restore.Stdin = bytes.NewBufferString(s)
			if out, err := restore.CombinedOutput(); err != nil {
				log.Printf("iptables-restore: %v %s\n%s", err, out, s)
				continue
			}
			before, last = chains, script(chains, chains)
			log.Printf("%d chains", len(chains))
		}
		lead("FORWARD")
		lead("INPUT")
	}
}
