# SPDX-License-Identifier: Apache-2.0
require 'ffi-rzmq'
c = ZMQ::Context.new
p = c.socket(ZMQ::PUSH)
q = c.socket(ZMQ::PULL)
p.setsockopt(ZMQ::LINGER, 100)
p.bind('tcp://127.0.0.1:*')
e = []
p.getsockopt(ZMQ::LAST_ENDPOINT, e)
q.connect(e[0].delete("\0"))
200.times do |i|
  p.send_strings(["m#{i}", 'x' * (i * 100)])
  r = []
  q.recv_strings(r)
  raise 'wrong' unless r[0] == "m#{i}" && r[1].size == i * 100
end
poller = ZMQ::Poller.new
poller.register(q, ZMQ::POLLIN)
p.send_string('z')
raise 'not told' unless poller.poll(1000) == 1
p.close
q.close
c.terminate
puts 'as expected'
