package main

import (
	"fmt"
	"hash/fnv"
	"maps"
	"net/netip"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	net "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// cluster is what the informers hold at one moment.
type cluster struct {
	pods       []*core.Pod // those with an address of their own
	namespaces map[string]map[string]string
	policies   []*net.NetworkPolicy
}

// peer is an address range; pod is set where it is one pod's address.
type peer struct {
	cidr string
	pod  *core.Pod
}

func matches(s *meta.LabelSelector, l map[string]string) bool {
	selector, err := meta.LabelSelectorAsSelector(s)
	return err == nil && selector.Matches(labels.Set(l))
}

// peers resolves a rule's from or to; an empty list means everyone.
func (c cluster) peers(list []net.NetworkPolicyPeer, namespace string) (out []peer) {
	if len(list) == 0 {
		return []peer{{cidr: "0.0.0.0/0"}}
	}
	for _, p := range list {
		if p.IPBlock != nil {
			out = append(out, block(p.IPBlock)...)
			continue
		}
		for _, pod := range c.pods {
			here := pod.Namespace == namespace
			if p.NamespaceSelector != nil {
				here = matches(p.NamespaceSelector, c.namespaces[pod.Namespace])
			}
			if here && (p.PodSelector == nil || matches(p.PodSelector, pod.Labels)) {
				out = append(out, peer{pod.Status.PodIP + "/32", pod})
			}
		}
	}
	return out
}

// block is an ipBlock as plain ranges; IPv6 ones match nothing here.
func block(b *net.IPBlock) (out []peer) {
	cidr, err := netip.ParsePrefix(b.CIDR)
	if err != nil || !cidr.Addr().Is4() {
		return nil
	}
	var except []netip.Prefix
	for _, e := range b.Except {
		if x, err := netip.ParsePrefix(e); err == nil {
			except = append(except, x.Masked())
		}
	}
	for _, p := range subtract(cidr.Masked(), except) {
		out = append(out, peer{cidr: p.String()})
	}
	return out
}

// subtract halves p until each part lies in an exception or clear of all.
func subtract(p netip.Prefix, except []netip.Prefix) []netip.Prefix {
	for _, e := range except {
		if !e.Overlaps(p) {
			continue
		}
		if e.Bits() <= p.Bits() {
			return nil
		}
		high := p.Addr().As4()
		high[p.Bits()/8] |= 0x80 >> (p.Bits() % 8)
		return append(subtract(netip.PrefixFrom(p.Addr(), p.Bits()+1), except),
			subtract(netip.PrefixFrom(netip.AddrFrom4(high), p.Bits()+1), except)...)
	}
	return []netip.Prefix{p}
}

// ports gives a rule's ports as iptables matches; named ones are looked up in the destination pod, and match nothing without one.
func ports(list []net.NetworkPolicyPort, destination *core.Pod) (out []string) {
	if len(list) == 0 {
		return []string{""}
	}
	for _, p := range list {
		protocol := core.ProtocolTCP
		if p.Protocol != nil {
			protocol = *p.Protocol
		}
		match := "-p " + strings.ToLower(string(protocol))
		if p.Port != nil {
			number := p.Port.IntVal
			if p.Port.Type == intstr.String {
				number = named(destination, p.Port.StrVal, protocol)
			}
			if number == 0 {
				continue
			}
			match += fmt.Sprintf(" --dport %d", number)
			if p.EndPort != nil {
				match += fmt.Sprintf(":%d", *p.EndPort)
			}
		}
		out = append(out, match)
	}
	return out
}

func named(pod *core.Pod, name string, protocol core.Protocol) int32 {
	if pod == nil {
		return 0
	}
	for _, c := range pod.Spec.Containers {
		for _, p := range c.Ports {
			if p.Name == name && p.Protocol == protocol {
				return p.ContainerPort
			}
		}
	}
	return 0
}

// chains gives each chain's rules.
func (c cluster) chains() map[string][]string {
	out := map[string][]string{}
	top := []string{"-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN"}
	var ingress []string
	for _, pod := range c.pods {
		var in, eg []string
		var isIn, isEg bool
		for _, policy := range c.policies {
			if policy.Namespace != pod.Namespace || !matches(&policy.Spec.PodSelector, pod.Labels) {
				continue
			}
			if slices.Contains(policy.Spec.PolicyTypes, net.PolicyTypeIngress) {
				isIn = true
				for _, rule := range policy.Spec.Ingress {
					for _, from := range c.peers(rule.From, policy.Namespace) {
						for _, port := range ports(rule.Ports, pod) {
							in = append(in, "-s "+from.cidr+" "+port+" -j RETURN")
						}
					}
				}
			}
			if slices.Contains(policy.Spec.PolicyTypes, net.PolicyTypeEgress) {
				isEg = true
				for _, rule := range policy.Spec.Egress {
					for _, to := range c.peers(rule.To, policy.Namespace) {
						for _, port := range ports(rule.Ports, to.pod) {
							eg = append(eg, "-d "+to.cidr+" "+port+" -j RETURN")
						}
					}
				}
			}
		}
		h := fnv.New64a()
		h.Write([]byte(pod.UID))
		if isEg {
			name := fmt.Sprintf("NETPOL-E-%016x", h.Sum64())
			out[name] = append(eg, "-j DROP")
			top = append(top, "-s "+pod.Status.PodIP+"/32 -j "+name)
		}
		if isIn {
			name := fmt.Sprintf("NETPOL-I-%016x", h.Sum64())
			out[name] = append(in, "-j DROP")
			ingress = append(ingress, "-d "+pod.Status.PodIP+"/32 -j "+name)
		}
	}
	out["NETPOL"] = append(top, ingress...)
	return out
}

// script is the input of iptables-restore that makes chains and removes those of before which are no longer there.
func script(chains, before map[string][]string) string {
	var b strings.Builder
	fmt.Fprintln(&b, "*filter")
	names := slices.Sorted(maps.Keys(chains))
	for _, name := range names {
		fmt.Fprintf(&b, ":%s -\n", name)
	}
	for _, name := range names {
		for _, rule := range chains[name] {
			fmt.Fprintf(&b, "-A %s %s\n", name, rule)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, still := chains[name]; !still {
			fmt.Fprintf(&b, ":%s -\n-X %s\n", name, name)
		}
	}
	fmt.Fprintln(&b, "COMMIT")
	return b.String()
}
