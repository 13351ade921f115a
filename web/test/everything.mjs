// everything.mjs - a description with every element and feature, as `flota generate` would hand it to the page.
// SPDX-License-Identifier: Apache-2.0

const named = (icons, ...names) => names.map((name) => `${name}:"${icons[name]}"`).join();

/** In JavaScript, as it stands in the page. */
export const everything = (icons) => `{brand:"Greenhouse",logo:"water",access:1,\
toolbar:[{type:"text",text:v=>v.climate.temperature.toFixed(1)+" °C"},{type:"login"},{type:"logout"}],\
pages:[{title:"Now",icon:"home",panels:[\
{title:"Climate",style:"wide",elements:[\
{type:"graph",title:"Climate",values:[["climate","temperature"],["climate","humidity"]],labels:["Temperature","Humidity"],points:120,min:0,max:100}]},\
{title:"Water",elements:[\
{type:"toggle",title:"Pump",tooltip:"Pin PJ2",value:["valves","pump"],text:v=>v.valves.pump?"ON":"OFF",autosave:1,write:5},\
{type:"slider",title:"Opening",value:["valves","opening"],min:0,max:100,unit:"%",autosave:1,write:5},\
{type:"dropdown",title:"Mode",value:["valves","mode"],options:[{value:0,label:"Manual"},{value:1,label:"Timer"}],autosave:1,write:5},\
{type:"progress",title:"Tank",value:["climate","humidity"]},\
{type:"button",title:"Water",action:"watering",icon:"water",values:{seconds:5},confirm:"Now?",write:5},\
{type:"button",title:"Horn",action:"horn",hold:1,write:5},\
{type:"icon",icon:"home",text:"Pump",style:v=>v.valves.pump?"good":"quiet"}]},\
{title:"Air",elements:[\
{type:"gauge",title:"Temperature",value:["climate","temperature"],min:0,max:50,unit:"°C",ticks:6,zones:[{to:30,style:"good"}]},\
{type:"toggle",title:"Night",value:["ui","night"],autosave:1},\
{type:"image",src:"api/logs/plan.png",alt:"Plan"}]}]},\
{title:"Settings",icon:"file",panels:[\
{title:"Names",elements:[\
{type:"input",title:"Name",value:["site","name"],kind:"text",size:16,pattern:"[A-Z].*",message:"Capital first",write:5},\
{type:"input",title:"Limit",value:["site","limit"],kind:"number",min:5,max:40,unit:"°C",disabled:v=>v.valves.pump,write:5},\
{type:"input",title:"Key",value:["site","key"],kind:"password",size:32,write:5},\
{type:"input",title:"Notes",value:["site","notes"],kind:"multiline",size:120,write:5}]},\
{title:"Sensors",elements:[{type:"container",repeat:"sensors",elements:[\
{type:"input",title:v=>v.row.name+": "+v.row.value,value:["row","name"],kind:"text",size:16,write:5}]},\
{type:"save"}]},\
{title:"Alarms",elements:[{type:"container",repeat:"alarms",elements:[{type:"text",text:v=>v.row.text}]}]},\
{title:"Logs",elements:[{type:"file",endpoint:"logs",accept:".txt",write:5},{type:"password"}]}]},\
{title:"Firmware",icon:"update",level:7,panels:[{title:"Firmware update",elements:[{type:"ota",write:7}]}]}],\
icons:{${named(icons, 'water', 'home', 'file', 'update')}},\
local:{ui:{night:false}},events:{alarms:8},histories:["climate"]}`;

export const everyFeature = (kit) => kit.features.filter((name) => name !== 'wizard');

/** Project 1: one element. */
export const project1 = (icons) => `{brand:"Flota demo",pages:[{title:"Firmware",icon:"update",panels:[\
{title:"Firmware update",elements:[{type:"ota"}]}]}],icons:{${named(icons, 'flota')}}}`;

/** Project 2: two switches and the update. */
export const project2 = (icons) => `{brand:"Flota demo",pages:[{title:"Board",icon:"board",panels:[\
{title:"LED",elements:[{type:"toggle",title:"User LED",value:["leds","state"],text:v=>v.leds.state?"ON":"OFF",tooltip:"Pin PJ2, active low",autosave:1}]},\
{title:"Display",elements:[{type:"toggle",title:"Backlight",value:["BCKLT","state"],text:v=>v.BCKLT.state?"Enabled":"Disabled",tooltip:"Pin PK0, active high",autosave:1}]}]},\
{title:"Firmware",icon:"update",panels:[{title:"Firmware update",elements:[{type:"ota"}]}]}],\
icons:{${named(icons, 'flota', 'board', 'update')}}}`;
