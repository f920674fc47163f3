-- Ends the sessions of a server some milliseconds after it was found to be down, so that their clients go to another.
-- `on-marked-down shutdown-sessions` would do so at once, but HAProxy 3.0 forgets the client of a session that is ended
-- while it still connects to its server: that client hears nothing any more. So the time that is given here is longer
-- than `timeout connect`, after which no session connects to this server.
local after_ms = tonumber((...)) or error("close-sessions.lua: give the milliseconds to wait, as its argument")

core.event_sub({ "SERVER_DOWN" }, function(_, data)
  -- A task of its own: what is subscribed hears of the next server only when it has ended.
  core.register_task(function()
    core.msleep(after_ms)
    local server = data.reference
    -- Gone with a reload, or up again and with new sessions.
    if server and server:get_stats()["status"]:match("^DOWN") then
      server:shut_sess()
    end
  end)
end)
